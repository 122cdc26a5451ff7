// What must be C: facts fixed at build time, and the handler that runs when Swift has trapped.
#pragma once
#include <stddef.h>

const char *crt_version(void);
const char *crt_commit(void);
const char *crt_swift(void);

/// Keeps the numbers of standard streams that are closed from being given to other files.
void crt_hold_standard_streams(void);
/// Names the applet in the report of a crash. The text is copied.
void crt_name_applet(const char *name);
/// Notes where the arguments lie that ps(1) shows; `arguments` are those of main.
void crt_find_arguments(int count, const char *const *arguments);
/// Makes ps(1) show this process as `text`: arguments, each ended by NUL. For a child that goes on as an applet
/// without exec(2). The text is changed.
void crt_retitle(char *text, size_t length);
/// Installs the handler for SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP and SIGABRT.
void crt_catch_crashes(void);

/// Keeps the modes (a struct termios) of a terminal that is about to become raw, and the text that undoes what was
/// switched on by escapes. Signals that would end or stop us put both back first; SIGWINCH and SIGCONT interrupt waits.
void crt_guard_terminal(int descriptor, const void *modes, unsigned size, const char *goodbye);
/// Puts modes and screen back, and goes on guarding; a no-op where nothing is guarded. Async-signal-safe.
void crt_restore_terminal(void);
/// Ends the guard, without touching the terminal: also for a child that must not.
void crt_release_terminal(void);

/// Runs `body` on a stack of its own, the largest of a few sizes that can be had.
int crt_on_large_stack(int (*body)(void *), void *argument);
/// Bytes of stack left to the caller, where it runs on a large stack; else a guess for a main thread.
long crt_stack_left(void);

/// Which signals have come since they were last looked at, by number; set by the handler of the shell.
extern volatile unsigned char crt_signals[65];
/// Not zero where any of `crt_signals` is set.
extern volatile int crt_signalled;
/// How a signal is met: 0 by default, 1 not at all, 2 by noting it in `crt_signals`.
/// `restarts`: a system call that it interrupts goes on.
int crt_meet_signal(int number, int how, int restarts);
/// How the signal is met now, as above; 3 for another handler, -1 where there is no such signal.
int crt_signal_met(int number);

/// A socket connected to a numeric address; -1 and errno.
int crt_connect(const char *address, int port, int datagrams);
/// Whether the signal has come since it was last asked for.
int crt_take_signal(int number);
/// The same, without forgetting it.
int crt_signals_value(int number);

static inline int crt_has_signal(void) { return crt_signalled; }
static inline void crt_forget_signals(void) { crt_signalled = 0; }

/// The limits of a resource by the letter that ulimit has for it; -1 and errno.
int crt_get_limits(int letter, unsigned long *soft, unsigned long *hard);
int crt_set_limits(int letter, unsigned long soft, unsigned long hard);
