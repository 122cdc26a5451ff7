// What scripts/build knows; it compiles this file on its own.

const char *crt_version(void) { return DEBUGBOX_VERSION; }
const char *crt_commit(void) { return DEBUGBOX_COMMIT; }
const char *crt_swift(void) { return DEBUGBOX_SWIFT; }
