// SHA-256 by SHA-NI (x86-64) or the Cryptographic Extension (ARMv8).
#include "sha.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static int has_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);
}

__attribute__((target("sha,sse4.1,ssse3"))) static void compress(uint32_t state[8], const uint8_t *block, size_t count) {
  const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  // The instructions want the words as ABEF and CDGH.
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xF0);
  for (; count > 0; count--, block += 64) {
    __m128i w[4], abef_before = abef, cdgh_before = cdgh;
    for (int i = 0; i < 4; i++) w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), order);
#pragma clang loop unroll(full)
    for (int t = 0; t < 16; t++) {
      __m128i now = w[t & 3];
      __m128i sum = _mm_add_epi32(now, _mm_load_si128((const __m128i *)(sha256_constants + 4 * t)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
      if (t < 12) {
        __m128i next = _mm_sha256msg1_epu32(now, w[(t + 1) & 3]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[(t + 3) & 3], w[(t + 2) & 3], 4));
        w[t & 3] = _mm_sha256msg2_epu32(next, w[(t + 3) & 3]);
      }
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  low = _mm_shuffle_epi32(abef, 0x1B);
  high = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

#elif defined(__aarch64__)
#include <arm_neon.h>
#include <sys/auxv.h>

static int has_instructions(void) { return (getauxval(AT_HWCAP) & 1u << 6) != 0; }

__attribute__((target("sha2"))) static void compress(uint32_t state[8], const uint8_t *block, size_t count) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
  for (; count > 0; count--, block += 64) {
    uint32x4_t w[4], abcd_before = abcd, efgh_before = efgh;
    for (int i = 0; i < 4; i++) w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
#pragma clang loop unroll(full)
    for (int t = 0; t < 16; t++) {
      uint32x4_t sum = vaddq_u32(w[t & 3], vld1q_u32(sha256_constants + 4 * t)), was = abcd;
      if (t < 12) {
        w[t & 3] = vsha256su1q_u32(vsha256su0q_u32(w[t & 3], w[(t + 1) & 3]), w[(t + 2) & 3], w[(t + 3) & 3]);
      }
      abcd = vsha256hq_u32(abcd, efgh, sum);
      efgh = vsha256h2q_u32(efgh, was, sum);
    }
    abcd = vaddq_u32(abcd, abcd_before);
    efgh = vaddq_u32(efgh, efgh_before);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}

#else
static int has_instructions(void) { return 0; }
static void compress(uint32_t state[8], const uint8_t *block, size_t count) { (void)state, (void)block, (void)count; }
#endif

int sha256_by_hardware(uint32_t state[8], const uint8_t *blocks, size_t count) {
  static int known;  // 1: no, 2: yes
  if (!known) known = has_instructions() ? 2 : 1;
  if (known == 1) return 0;
  compress(state, blocks, count);
  return 1;
}
