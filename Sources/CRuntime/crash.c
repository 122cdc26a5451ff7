// A failed precondition in Embedded Swift is a bare SIGILL. This handler says what died before it
// dies the same way, so that exit status and core dump stay true. Only async-signal-safe calls.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CRuntime.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static char applet[64] = "debugbox";
static char alternate_stack[16384];

void crt_name_applet(const char *name) {
  strncpy(applet, name, sizeof applet - 1);
}

static void say(const char *text) {
  ssize_t written = write(2, text, strlen(text));
  (void)written;
}

static const char *name_of(int number) {
  switch (number) {
    case SIGILL: return "SIGILL";
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGTRAP: return "SIGTRAP";
    default: return "SIGABRT";
  }
}

static void crashed(int number) {
  crt_restore_terminal();
  say("\r\n");
  say(applet);
  say(": crashed with ");
  say(name_of(number));
  say(" in swift-debugbox ");
  say(crt_version());
  say(" (");
  say(crt_commit());
  say("): please report this with the command line\n");
  raise(number);  // SA_RESETHAND made the default action current again.
}

void crt_catch_crashes(void) {
  const stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
  sigaltstack(&stack, 0);
  const struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_RESETHAND | SA_ONSTACK | SA_NODEFER};
  const int numbers[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP, SIGABRT};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &action, 0);
}
