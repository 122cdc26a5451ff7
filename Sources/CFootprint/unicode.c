// The Unicode tables of the Swift runtime (54 KB), as seen by a tool whose strings are bytes:
// nothing decomposes or composes, so `==` on strings compares scalars, and every scalar is a
// character of its own. File and process names want exactly that. Case mapping is ASCII's, which
// the runtime does without tables.
#include "CFootprint.h"
#include <stddef.h>
#include <stdint.h>

uint16_t _swift_stdlib_getNormData(uint32_t scalar) {
  (void)scalar;
  return 0;  // class 0, and unchanged by either normal form
}

uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) {
  (void)scalar;
  return 0;
}

uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second) {
  (void)first;
  (void)second;
  return UINT32_MAX;
}

const uint8_t *const _swift_stdlib_nfd_decompositions = NULL;

uint8_t _swift_stdlib_getGraphemeBreakProperty(uint32_t scalar) {
  (void)scalar;
  return 0xFF;  // any other: a boundary on both sides
}

_Bool _swift_stdlib_isExtendedPictographic(uint32_t scalar) {
  (void)scalar;
  return 0;
}

_Bool _swift_stdlib_isInCB_Consonant(uint32_t scalar) {
  (void)scalar;
  return 0;
}

int32_t _swift_stdlib_getMapping(uint32_t scalar, uint8_t mapping) {
  (void)scalar;
  (void)mapping;
  return 0;  // the distance to the mapped scalar
}

const uint8_t *_swift_stdlib_getSpecialMapping(uint32_t scalar, uint8_t mapping, intptr_t *length) {
  (void)scalar;
  (void)mapping;
  *length = 0;
  return NULL;
}
