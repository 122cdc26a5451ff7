// The inner loops of text tools, where a machine's vectors decide the speed.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The first i < n with start[i] one of first[2] and start[i + distance] one of second[2]; n where there is none.
// n + distance bytes are readable.
size_t ctext_find_pair(const uint8_t *start, size_t n, size_t distance, const uint8_t first[2], const uint8_t second[2]);
// How many of n bytes are `byte`.
size_t ctext_count(const uint8_t *start, size_t n, uint8_t byte);
// How many of n bytes start a UTF-8 character or stand alone: all but 0x80...0xBF.
size_t ctext_count_characters(const uint8_t *start, size_t n);
// How many words begin in n bytes, as isspace(3) parts them; `inside` is whether a word is open, before and after.
// Bytes that cannot be printed neither begin nor end a word; with `utf8` those of 0x80 and above are of words.
size_t ctext_count_words(const uint8_t *start, size_t n, int *inside, int utf8);
// table[start[i]] in place.
void ctext_translate(uint8_t *start, size_t n, const uint8_t table[256]);

// The compression functions of FIPS 180-4 and RFC 1321: whole blocks of 64 (SHA-384, SHA-512, BLAKE2b: 128) bytes.
void ctext_md5(uint32_t state[4], const uint8_t *blocks, size_t count);
void ctext_sha1(uint32_t state[5], const uint8_t *blocks, size_t count);
void ctext_sha256(uint32_t state[8], const uint8_t *blocks, size_t count);
void ctext_sha512(uint64_t state[8], const uint8_t *blocks, size_t count);
// RFC 7693: `counted` bytes before these blocks; with `last` the final one of `size` bytes, padded with zeros.
void ctext_blake2b(uint64_t state[8], const uint8_t *blocks, size_t count, uint64_t counted, size_t size, int last);
// The checksum of POSIX cksum, without the length.
uint32_t ctext_cksum(uint32_t crc, const uint8_t *bytes, size_t n);
