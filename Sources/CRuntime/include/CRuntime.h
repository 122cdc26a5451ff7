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
