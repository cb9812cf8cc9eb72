// Readline's headers use FILE without including it.
#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>

// Swift does not touch C globals without complaint; these do.

/// The name under which ~/.inputrc may address mlq (`$if mlq`), what is on unless it says otherwise, and how
/// history is kept: entries of several lines stay one.
static inline void mlq_readline_prepare(const char *name) {
    rl_readline_name = name;
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_variable_bind("bell-style", "none");
    rl_catch_signals = 0;
    rl_change_environment = 0;
    history_comment_char = '#';
    history_write_timestamps = 1;
}

/// Completion takes the whole line as the word, so that the completer says where words start.
static inline void mlq_readline_complete_with(rl_completion_func_t *complete, rl_compdisp_func_t *display) {
    rl_attempted_completion_function = complete;
    rl_completion_display_matches_hook = display;
    rl_completer_word_break_characters = "";
    rl_basic_word_break_characters = "";
    rl_basic_quote_characters = "";
    rl_completer_quote_characters = NULL;
}

/// After the completer has run: no file names, its own order, and what is typed behind an only match.
static inline void mlq_readline_completed(int append) {
    rl_attempted_completion_over = 1;
    rl_sort_completion_matches = 0;
    rl_ignore_completion_duplicates = 0;
    rl_filename_completion_desired = 0;
    rl_completion_suppress_append = append == 0;
    rl_completion_append_character = append;
}

static inline const char *mlq_readline_line(void) { return rl_line_buffer; }
static inline int mlq_history_length(void) { return history_length; }
static inline int mlq_readline_point(void) { return rl_point; }
