// A file opened while a standard stream is closed would take its number, and be written to as if it were that
// stream. So a closed one is held by a descriptor that fails as a closed one does.
#include "CRuntime.h"
#include <fcntl.h>

void crt_hold_standard_streams(void) {
  for (int stream = 0; stream < 3; stream++) {
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
  }
}
