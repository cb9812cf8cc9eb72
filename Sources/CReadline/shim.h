// Readline's headers use FILE without including it.
#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>

// Swift does not set C globals without complaint; these do.

/// The name under which ~/.inputrc may address mlq (`$if mlq`).
static inline void mlq_set_readline_name(const char *name) { rl_readline_name = name; }
