// One or two variants of each string function in place of glibc's up to nine, which its selectors pull in
// together (115 KB): what costs time in bulk has the one for AVX2 too, what only reads options and names is plain C.
#ifdef __x86_64__
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CFootprint.h"
#include <cpuid.h>
#include <stddef.h>
#include <string.h>

// glibc calls these by several names. A jump costs less than the indirect one of its own selectors.
#define IS(name, implementation) \
  __asm__(".pushsection .text." #name ",\"ax\",@progbits\n.globl " #name "\n.type " #name ",@function\n" #name \
          ": jmp " #implementation "\n.size " #name ", . - " #name "\n.popsection")

IS(memmove, __memmove_sse2_unaligned_erms);
IS(__libc_memmove, __memmove_sse2_unaligned_erms);
IS(memcpy, __memmove_sse2_unaligned_erms);
IS(__new_memcpy, __memmove_sse2_unaligned_erms);
IS(mempcpy, __mempcpy_sse2_unaligned_erms);
IS(__mempcpy, __mempcpy_sse2_unaligned_erms);
IS(memset, __memset_sse2_unaligned_erms);
IS(wmemset, __wmemset_sse2_unaligned);
IS(__wmemset, __wmemset_sse2_unaligned);
IS(rawmemchr, __rawmemchr_sse2);
IS(__rawmemchr, __rawmemchr_sse2);
IS(strchr, __strchr_sse2);
IS(index, __strchr_sse2);
IS(strchrnul, __strchrnul_sse2);
IS(__strchrnul, __strchrnul_sse2);
IS(strrchr, __strrchr_sse2);
IS(rindex, __strrchr_sse2);
IS(strlen, __strlen_sse2);
IS(strnlen, __strnlen_sse2);
IS(__strnlen, __strnlen_sse2);

// As glibc selects: AVX2 and BMI2 in the processor, and the system saves the registers.
static int has_avx2(void) {
  unsigned a, b, c, d, low, high;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX)) return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  return (b & bit_AVX2) && (b & bit_BMI2);
}

#define SELECT(name, fast, plain, signature) \
  extern signature(fast); \
  extern signature(plain); \
  static void *select_##name(void) { return has_avx2() ? (void *)fast : (void *)plain; } \
  signature(name) __attribute__((ifunc("select_" #name)))

#define FINDS(name) void *name(const void *, int, size_t)
#define COMPARES(name) int name(const void *, const void *, size_t)
SELECT(memchr, __memchr_avx2, __memchr_sse2, FINDS);
SELECT(memrchr, __memrchr_avx2, __memrchr_sse2, FINDS);
SELECT(memcmp, __memcmp_avx2_movbe, __memcmp_sse2, COMPARES);
SELECT(bcmp, __memcmp_avx2_movbe, __memcmp_sse2, COMPARES);
IS(__memchr, memchr);
IS(__memrchr, memrchr);

// The rest is short, as the C standard has it; without no_builtin the compiler makes calls of themselves of them.
#define PLAIN __attribute__((no_builtin))
typedef unsigned char byte;

PLAIN int strncmp(const char *a, const char *b, size_t size) {
  for (; size; size--, a++, b++) {
    if (*a != *b) return (byte)*a - (byte)*b;
    if (!*a) break;
  }
  return 0;
}
PLAIN int strcmp(const char *a, const char *b) { return strncmp(a, b, (size_t)-1); }

static int lower(char character) { return character >= 'A' && character <= 'Z' ? character | 32 : (byte)character; }

PLAIN int strncasecmp(const char *a, const char *b, size_t size) {
  for (; size; size--, a++, b++) {
    if (lower(*a) != lower(*b)) return lower(*a) - lower(*b);
    if (!*a) break;
  }
  return 0;
}
PLAIN int strcasecmp(const char *a, const char *b) { return strncasecmp(a, b, (size_t)-1); }
IS(__strcasecmp, strcasecmp);
IS(__strncasecmp, strncasecmp);
// With a locale as the last argument, and there is only one.
IS(strcasecmp_l, strcasecmp);
IS(__strcasecmp_l, strcasecmp);
IS(strncasecmp_l, strncasecmp);
IS(__strncasecmp_l, strncasecmp);

PLAIN char *stpcpy(char *restrict target, const char *restrict source) {
  size_t length = strlen(source);
  return (char *)memcpy(target, source, length + 1) + length;
}
IS(__stpcpy, stpcpy);
PLAIN char *strcpy(char *restrict target, const char *restrict source) {
  return memcpy(target, source, strlen(source) + 1);
}
PLAIN char *strncpy(char *restrict target, const char *restrict source, size_t size) {
  size_t length = strnlen(source, size);
  memcpy(target, source, length);
  memset(target + length, 0, size - length);
  return target;
}
PLAIN char *strcat(char *restrict target, const char *restrict source) {
  strcpy(target + strlen(target), source);
  return target;
}
PLAIN char *strstr(const char *text, const char *wanted) { return memmem(text, strlen(text), wanted, strlen(wanted)); }
IS(__libc_strstr, strstr);
#endif
