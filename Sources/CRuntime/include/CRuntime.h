// What must be C: facts fixed at build time, and the handler that runs when Swift has trapped.
#pragma once

const char *crt_version(void);
const char *crt_commit(void);
const char *crt_swift(void);

/// Keeps the numbers of standard streams that are closed from being given to other files.
void crt_hold_standard_streams(void);
/// Names the applet in the report of a crash. The text is copied.
void crt_name_applet(const char *name);
/// Installs the handler for SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP and SIGABRT.
void crt_catch_crashes(void);

/// Keeps the modes (a struct termios) of a terminal that is about to become raw, and the text that undoes what was
/// switched on by escapes. Signals that would end or stop us put both back first; SIGWINCH and SIGCONT interrupt waits.
void crt_guard_terminal(int descriptor, const void *modes, unsigned size, const char *goodbye);
/// Puts modes and screen back, and goes on guarding; a no-op where nothing is guarded. Async-signal-safe.
void crt_restore_terminal(void);
/// Ends the guard, without touching the terminal: also for a child that must not.
void crt_release_terminal(void);
