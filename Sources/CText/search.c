// Searching and counting, sixteen bytes at a time by the vectors that every machine of the two architectures has.
#include "CText.h"
#include <string.h>

typedef uint8_t Vector __attribute__((vector_size(16)));
typedef uint64_t Halves __attribute__((vector_size(16)));

static inline Vector load(const uint8_t *start) {
  Vector vector;
  memcpy(&vector, start, sizeof vector);
  return vector;
}

static inline Vector all(uint8_t byte) { return (Vector){} + byte; }

static inline int any(Vector vector) {
  Halves halves = (Halves)vector;
  return (halves[0] | halves[1]) != 0;
}

size_t ctext_find_pair(const uint8_t *start, size_t n, size_t distance, const uint8_t first[2], const uint8_t second[2]) {
  Vector a = all(first[0]), b = all(first[1]), c = all(second[0]), d = all(second[1]);
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    Vector low = load(start + i), high = load(start + i + 16);
    Vector far_low = load(start + i + distance), far_high = load(start + i + 16 + distance);
    Vector hit = (Vector)(((low == a) | (low == b)) & ((far_low == c) | (far_low == d)));
    hit |= (Vector)(((high == a) | (high == b)) & ((far_high == c) | (far_high == d)));
    if (any(hit)) break;
  }
  for (; i < n; i++) {
    uint8_t near = start[i], far = start[i + distance];
    if ((near == first[0] || near == first[1]) && (far == second[0] || far == second[1])) return i;
  }
  return n;
}

// Adds up lanes of 0xFF, in rounds short enough that a lane of eight bits does not overflow.
#define COUNT(condition)                                                   \
  size_t total = 0, i = 0;                                                 \
  while (i + 16 <= n) {                                                    \
    Vector sum = {};                                                       \
    for (int round = 0; round < 255 && i + 16 <= n; round++, i += 16) {    \
      Vector bytes = load(start + i);                                      \
      sum -= (Vector)(condition);                                          \
    }                                                                      \
    for (int lane = 0; lane < 16; lane++) total += sum[lane];              \
  }

size_t ctext_count(const uint8_t *start, size_t n, uint8_t byte) {
  Vector wanted = all(byte);
  COUNT(bytes == wanted)
  for (; i < n; i++) total += start[i] == byte;
  return total;
}

size_t ctext_count_characters(const uint8_t *start, size_t n) {
  Vector mask = all(0xC0), tail = all(0x80);
  COUNT((bytes & mask) != tail)
  for (; i < n; i++) total += (start[i] & 0xC0) != 0x80;
  return total;
}

size_t ctext_count_words(const uint8_t *start, size_t n, int *inside, int utf8) {
  // What a byte leaves of "inside", and what it adds.
  uint8_t keeps[256], begins[256];
  for (int byte = 0; byte < 256; byte++) {
    begins[byte] = (byte > 0x20 && byte < 0x7F) || (utf8 && byte >= 0x80);
    keeps[byte] = byte != ' ' && (byte < '\t' || byte > '\r');
  }
  size_t words = 0;
  unsigned was = *inside != 0;
  for (size_t i = 0; i < n; i++) {
    unsigned begin = begins[start[i]];
    words += begin & (was ^ 1);
    was = (was & keeps[start[i]]) | begin;
  }
  *inside = (int)was;
  return words;
}

void ctext_translate(uint8_t *start, size_t n, const uint8_t table[256]) {
  for (size_t i = 0; i < n; i++) start[i] = table[start[i]];
}
