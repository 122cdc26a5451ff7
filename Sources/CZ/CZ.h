// zlib: deflate, gzip and CRC-32.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <zlib.h>

static inline int cz_deflate_start(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
static inline int cz_inflate_start(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
