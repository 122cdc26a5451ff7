// The compression functions of message digests: FIPS 180-4, RFC 1321, RFC 7693, and the CRC of POSIX cksum.
#include "CText.h"
#include "sha.h"
#include <string.h>

static inline uint32_t left(uint32_t x, int n) { return x << n | x >> (32 - n); }
static inline uint32_t right(uint32_t x, int n) { return x >> n | x << (32 - n); }
static inline uint64_t right64(uint64_t x, int n) { return x >> n | x << (64 - n); }

static inline uint32_t little(const uint8_t *p) {
  uint32_t x;
  memcpy(&x, p, 4);
  return x;
}
static inline uint64_t little64(const uint8_t *p) {
  uint64_t x;
  memcpy(&x, p, 8);
  return x;
}
static inline uint32_t big(const uint8_t *p) { return __builtin_bswap32(little(p)); }
static inline uint64_t big64(const uint8_t *p) { return __builtin_bswap64(little64(p)); }

#define MD5_STEP(f, a, b, c, d, k, t, s) \
  a += (f) + little(block + 4 * (k)) + (t); \
  a = left(a, s) + b;
#define F(b, c, d) (d ^ (b & (c ^ d)))
#define G(b, c, d) (c ^ (d & (b ^ c)))
#define H(b, c, d) (b ^ c ^ d)
#define I(b, c, d) (c ^ (b | ~d))
#define MD5_FOUR(f, k0, k1, k2, k3, s0, s1, s2, s3, t0, t1, t2, t3) \
  MD5_STEP(f(b, c, d), a, b, c, d, k0, t0, s0) \
  MD5_STEP(f(a, b, c), d, a, b, c, k1, t1, s1) \
  MD5_STEP(f(d, a, b), c, d, a, b, k2, t2, s2) \
  MD5_STEP(f(c, d, a), b, c, d, a, k3, t3, s3)

void ctext_md5(uint32_t state[4], const uint8_t *block, size_t count) {
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (; count > 0; count--, block += 64) {
    uint32_t a0 = a, b0 = b, c0 = c, d0 = d;
    MD5_FOUR(F, 0, 1, 2, 3, 7, 12, 17, 22, 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee)
    MD5_FOUR(F, 4, 5, 6, 7, 7, 12, 17, 22, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501)
    MD5_FOUR(F, 8, 9, 10, 11, 7, 12, 17, 22, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be)
    MD5_FOUR(F, 12, 13, 14, 15, 7, 12, 17, 22, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821)
    MD5_FOUR(G, 1, 6, 11, 0, 5, 9, 14, 20, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa)
    MD5_FOUR(G, 5, 10, 15, 4, 5, 9, 14, 20, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8)
    MD5_FOUR(G, 9, 14, 3, 8, 5, 9, 14, 20, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed)
    MD5_FOUR(G, 13, 2, 7, 12, 5, 9, 14, 20, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a)
    MD5_FOUR(H, 5, 8, 11, 14, 4, 11, 16, 23, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c)
    MD5_FOUR(H, 1, 4, 7, 10, 4, 11, 16, 23, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70)
    MD5_FOUR(H, 13, 0, 3, 6, 4, 11, 16, 23, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05)
    MD5_FOUR(H, 9, 12, 15, 2, 4, 11, 16, 23, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665)
    MD5_FOUR(I, 0, 7, 14, 5, 6, 10, 15, 21, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039)
    MD5_FOUR(I, 12, 3, 10, 1, 6, 10, 15, 21, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1)
    MD5_FOUR(I, 8, 15, 6, 13, 6, 10, 15, 21, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1)
    MD5_FOUR(I, 4, 11, 2, 9, 6, 10, 15, 21, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391)
    a += a0, b += b0, c += c0, d += d0;
  }
  state[0] = a, state[1] = b, state[2] = c, state[3] = d;
}

void ctext_sha1(uint32_t state[5], const uint8_t *block, size_t count) {
  for (; count > 0; count--, block += 64) {
    uint32_t w[16], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int t = 0; t < 16; t++) w[t] = big(block + 4 * t);
#pragma clang loop unroll(full)
    for (int t = 0; t < 80; t++) {
      if (t >= 16) w[t & 15] = left(w[(t + 13) & 15] ^ w[(t + 8) & 15] ^ w[(t + 2) & 15] ^ w[t & 15], 1);
      uint32_t f = t < 20 ? F(b, c, d) + 0x5a827999
                   : t < 40 ? H(b, c, d) + 0x6ed9eba1
                   : t < 60 ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc
                            : H(b, c, d) + 0xca62c1d6;
      uint32_t next = left(a, 5) + f + e + w[t & 15];
      e = d, d = c, c = left(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
}

// The first 32 bits of the fractions of the cube roots of the first 64 primes, FIPS 180-4 section 4.2.2.
const uint32_t sha256_constants[64] __attribute__((aligned(16))) = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha256_portable(uint32_t state[8], const uint8_t *block, size_t count) {
  for (; count > 0; count--, block += 64) {
    uint32_t w[16], v[8];
    memcpy(v, state, sizeof v);
    for (int t = 0; t < 16; t++) w[t] = big(block + 4 * t);
#pragma clang loop unroll(full)
    for (int t = 0; t < 64; t++) {
      if (t >= 16) {
        uint32_t x = w[(t + 1) & 15], y = w[(t + 14) & 15];
        w[t & 15] += (right(x, 7) ^ right(x, 18) ^ x >> 3) + w[(t + 9) & 15] + (right(y, 17) ^ right(y, 19) ^ y >> 10);
      }
      uint32_t *a = &v[(0 - t) & 7], *b = &v[(1 - t) & 7], *c = &v[(2 - t) & 7], *d = &v[(3 - t) & 7];
      uint32_t *e = &v[(4 - t) & 7], *f = &v[(5 - t) & 7], *g = &v[(6 - t) & 7], *h = &v[(7 - t) & 7];
      uint32_t sum = *h + (right(*e, 6) ^ right(*e, 11) ^ right(*e, 25)) + F(*e, *f, *g) + sha256_constants[t] + w[t & 15];
      *d += sum;
      *h = sum + (right(*a, 2) ^ right(*a, 13) ^ right(*a, 22)) + ((*a & *b) | (*c & (*a | *b)));
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
  }
}

void ctext_sha256(uint32_t state[8], const uint8_t *blocks, size_t count) {
  if (sha256_by_hardware(state, blocks, count)) return;
  sha256_portable(state, blocks, count);
}

// The same of 64 bits, of the first 80 primes, FIPS 180-4 section 4.2.3.
static const uint64_t sha512_constants[80] = {
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

void ctext_sha512(uint64_t state[8], const uint8_t *block, size_t count) {
  for (; count > 0; count--, block += 128) {
    uint64_t w[16], v[8];
    memcpy(v, state, sizeof v);
    for (int t = 0; t < 16; t++) w[t] = big64(block + 8 * t);
#pragma clang loop unroll(full)
    for (int t = 0; t < 80; t++) {
      if (t >= 16) {
        uint64_t x = w[(t + 1) & 15], y = w[(t + 14) & 15];
        w[t & 15] += (right64(x, 1) ^ right64(x, 8) ^ x >> 7) + w[(t + 9) & 15] +
                     (right64(y, 19) ^ right64(y, 61) ^ y >> 6);
      }
      uint64_t *a = &v[(0 - t) & 7], *b = &v[(1 - t) & 7], *c = &v[(2 - t) & 7], *d = &v[(3 - t) & 7];
      uint64_t *e = &v[(4 - t) & 7], *f = &v[(5 - t) & 7], *g = &v[(6 - t) & 7], *h = &v[(7 - t) & 7];
      uint64_t sum = *h + (right64(*e, 14) ^ right64(*e, 18) ^ right64(*e, 41)) + F(*e, *f, *g) + sha512_constants[t] + w[t & 15];
      *d += sum;
      *h = sum + (right64(*a, 28) ^ right64(*a, 34) ^ right64(*a, 39)) + ((*a & *b) | (*c & (*a | *b)));
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
  }
}

static const uint64_t blake2b_start[8] = {
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};
static const uint8_t blake2b_order[10][16] = {
  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
  {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
  {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
  {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
  {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static inline void mix(uint64_t v[16], int a, int b, int c, int d, uint64_t x, uint64_t y) {
  v[a] += v[b] + x, v[d] = right64(v[d] ^ v[a], 32);
  v[c] += v[d], v[b] = right64(v[b] ^ v[c], 24);
  v[a] += v[b] + y, v[d] = right64(v[d] ^ v[a], 16);
  v[c] += v[d], v[b] = right64(v[b] ^ v[c], 63);
}

void ctext_blake2b(uint64_t state[8], const uint8_t *block, size_t count, uint64_t counted, size_t size, int last) {
  for (; count > 0; count--, block += 128) {
    uint64_t m[16], v[16];
    counted += last && count == 1 ? size : 128;
    for (int i = 0; i < 16; i++) m[i] = little64(block + 8 * i);
    memcpy(v, state, 64);
    memcpy(v + 8, blake2b_start, 64);
    v[12] ^= counted;
    if (last && count == 1) v[14] = ~v[14];
#pragma clang loop unroll(full)
    for (int round = 0; round < 12; round++) {
      const uint8_t *s = blake2b_order[round % 10];
      for (int i = 0; i < 4; i++) mix(v, i, i + 4, i + 8, i + 12, m[s[2 * i]], m[s[2 * i + 1]]);
      for (int i = 0; i < 4; i++) {
        mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
      }
    }
    for (int i = 0; i < 8; i++) state[i] ^= v[i] ^ v[i + 8];
  }
}

uint32_t ctext_cksum(uint32_t crc, const uint8_t *bytes, size_t n) {
  static uint32_t table[8][256];
  static int ready;
  if (!ready) {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t value = i << 24;
      for (int bit = 0; bit < 8; bit++) value = value << 1 ^ (value & 0x80000000 ? 0x04c11db7 : 0);
      table[0][i] = value;
    }
    for (int slice = 1; slice < 8; slice++) {
      for (int i = 0; i < 256; i++) table[slice][i] = table[slice - 1][i] << 8 ^ table[0][table[slice - 1][i] >> 24];
    }
    ready = 1;
  }
  // Eight bytes a step: each table holds what a byte so far ahead contributes.
  for (; n >= 8; n -= 8, bytes += 8) {
    uint32_t high = crc ^ big(bytes), low = big(bytes + 4);
    crc = table[7][high >> 24] ^ table[6][high >> 16 & 255] ^ table[5][high >> 8 & 255] ^ table[4][high & 255] ^
          table[3][low >> 24] ^ table[2][low >> 16 & 255] ^ table[1][low >> 8 & 255] ^ table[0][low & 255];
  }
  for (; n > 0; n--) crc = crc << 8 ^ table[0][crc >> 24 ^ *bytes++];
  return crc;
}
