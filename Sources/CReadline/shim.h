// Readline's headers use FILE without including it.
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <wchar.h>
#include <readline/readline.h>
#include <readline/history.h>

// Swift does not touch C globals without complaint; these do.

/// Takes the terminal for typing. Ctrl-S and Ctrl-Q are keys, as in an editor: they do not stop the output.
static inline void mlq_readline_prepare_terminal(int meta) {
    struct termios modes;
    rl_prep_terminal(meta);
    if (tcgetattr(fileno(rl_instream), &modes) != 0) return;
    modes.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(fileno(rl_instream), TCSADRAIN, &modes);
}

/// The name under which ~/.inputrc may address mlq (`$if mlq`), what is on unless it says otherwise, and how
/// history is kept: entries of several lines stay one.
static inline void mlq_readline_prepare(const char *name) {
    rl_readline_name = name;
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_variable_bind("bell-style", "none");
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_prep_term_function = mlq_readline_prepare_terminal;
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

/// Columns of a character, as Readline counts them; -1 where it has none. (<wchar.h> hides it from Swift.)
int wcwidth(wchar_t character);

/// Whether the line stands where the prompt and the line alone say: nothing else is drawn before or in it.
static inline int mlq_readline_is_plain(void) {
    static const char *const others[] = {"horizontal-scroll-mode", "mark-modified-lines", "show-mode-in-prompt"};
    if (rl_display_prompt != rl_prompt || RL_ISSTATE(RL_STATE_DONE)) return 0;
    for (int i = 0; i < 3; i++) {
        const char *value = rl_variable_value(others[i]);
        if (value != NULL && value[0] == 'o' && value[1] == 'n' && value[2] == 0) return 0;
    }
    return 1;
}

/// `draw` is called in the place of Readline's own drawing. Readline asks the terminal what it can do only where
/// it draws itself, so it must have started before.
static inline void mlq_readline_draw_with(rl_voidfunc_t *draw) {
    rl_initialize();
    rl_redisplay_function = draw;
}

/// Where a line scrolls sideways, Readline divides by a third of the columns. It is told no fewer than these.
enum { mlq_readline_least_columns = 8 };

/// The columns that Readline believes in.
static inline int mlq_readline_columns(void) {
    int rows, columns;
    rl_get_screen_size(&rows, &columns);
    return columns;
}

/// Asks how large the terminal is. Readline must have started before.
static inline void mlq_readline_fit(void) {
    rl_reset_screen_size();
    // Of a terminal that does not wrap, Readline leaves the last column free.
    if (mlq_readline_columns() < mlq_readline_least_columns) rl_set_screen_size(0, mlq_readline_least_columns + 1);
}

/// Draws the line again on a terminal of another size. Readline goes back to the first row of the line only where
/// it draws itself.
static inline void mlq_readline_resize(void) {
    struct winsize size;
    // Readline would draw at once, with the columns that there are.
    if (ioctl(fileno(rl_instream), TIOCGWINSZ, &size) == 0 && size.ws_col <= mlq_readline_least_columns) {
        mlq_readline_fit();
        rl_forced_update_display();
        return;
    }
    rl_voidfunc_t *draw = rl_redisplay_function;
    rl_redisplay_function = rl_redisplay;
    rl_resize_terminal();
    rl_redisplay_function = draw;
    draw();
}

/// Takes the terminal again, which the shell above has set up for itself meanwhile, and shows the line.
static inline void mlq_readline_take_terminal(void) {
    rl_deprep_term_function();
    rl_prep_term_function(1);
    mlq_readline_fit();
    rl_forced_update_display();
}

/// Leaves the line where it stands, with the cursor behind it, and starts an empty one.
static inline void mlq_readline_leave_line(const char *mark) {
    rl_callback_sigcleanup();
    rl_free_line_state();
    rl_point = rl_end;
    rl_redisplay_function();
    fputs(mark, rl_outstream);
    fflush(rl_outstream);
    rl_replace_line("", 0);
    rl_callback_handler_remove();
}
