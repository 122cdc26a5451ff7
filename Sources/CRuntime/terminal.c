// A terminal in raw mode must not outlive us so, whatever we die of: its modes are kept here, where a
// signal handler can put them back. Only async-signal-safe calls.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CRuntime.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t guarded;
static int terminal = -1;
static struct termios modes;
static char farewell[128];

static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM};
enum { ending_count = sizeof endings / sizeof *endings };
static struct sigaction before_ending[ending_count], before_stop, before_wake[2];
static const int wakes[] = {SIGWINCH, SIGCONT};

void crt_restore_terminal(void) {
  if (!guarded) return;
  int code = errno;
  ssize_t written = write(terminal, farewell, strlen(farewell));
  (void)written;
  tcsetattr(terminal, TCSANOW, &modes);
  errno = code;
}

static void ended(int number) {
  crt_restore_terminal();
  guarded = 0;
  signal(number, SIG_DFL);
  raise(number);
}

// Stopped from outside: the terminal is given back while we sleep; who waits for keys takes it again.
static void stopped(int number) {
  (void)number;
  crt_restore_terminal();
  raise(SIGSTOP);
}

// Only interrupts the wait for keys.
static void woken(int number) { (void)number; }

static void take(int number, void (*handler)(int), struct sigaction *before) {
  sigaction(number, 0, before);
  const struct sigaction action = {.sa_handler = handler};
  if (before->sa_handler == SIG_DFL) sigaction(number, &action, 0);
}

void crt_guard_terminal(int descriptor, const void *saved, unsigned size, const char *goodbye) {
  if (guarded || size != sizeof modes) return;
  terminal = descriptor;
  memcpy(&modes, saved, sizeof modes);
  strncpy(farewell, goodbye, sizeof farewell - 1);
  for (int i = 0; i < ending_count; i++) take(endings[i], ended, &before_ending[i]);
  take(SIGTSTP, stopped, &before_stop);
  for (int i = 0; i < 2; i++) take(wakes[i], woken, &before_wake[i]);
  guarded = 1;
}

void crt_release_terminal(void) {
  if (!guarded) return;
  guarded = 0;
  for (int i = 0; i < ending_count; i++) sigaction(endings[i], &before_ending[i], 0);
  sigaction(SIGTSTP, &before_stop, 0);
  for (int i = 0; i < 2; i++) sigaction(wakes[i], &before_wake[i], 0);
}
