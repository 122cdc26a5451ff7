// Corners of glibc that pull in locales, message catalogues, character set conversion and, with
// that, dlopen(3) (220 KB), although the box only ever runs in the C locale.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CFootprint.h"
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

static void say(const char *text) {
  ssize_t written = write(2, text, strlen(text));
  (void)written;
}

// assert(3) of C libraries: the message of glibc's goes through gettext and wide streams.
void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
  (void)line;
  say(file), say(": "), say(function ? function : "?"), say(": assertion failed: "), say(assertion), say("\n");
  abort();
}

void __assert_perror_fail(int code, const char *file, unsigned line, const char *function) {
  (void)code;
  __assert_fail("error", file, line, function);
}

void __assert(const char *assertion, const char *file, int line) { __assert_fail(assertion, file, (unsigned)line, NULL); }

// Swift asks for each object by its alignment; what malloc(3) gives is aligned enough for nearly all of them, and
// takes half as long.
int posix_memalign(void **result, size_t alignment, size_t size) {
  void *memory = alignment <= _Alignof(max_align_t) ? malloc(size) : memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

// Messages are never translated.
char *__dcgettext(const char *domain, const char *message, int category) {
  (void)domain, (void)category;
  return (char *)message;
}
char *dcgettext(const char *domain, const char *message, int category) { return __dcgettext(domain, message, category); }

// libproc2 takes the C locale to read numbers: it is the only one.
locale_t newlocale(int mask, const char *name, locale_t base) {
  (void)mask, (void)name;
  return base;
}
locale_t uselocale(locale_t locale) {
  (void)locale;
  return LC_GLOBAL_LOCALE;
}
void freelocale(locale_t locale) { (void)locale; }

int strcoll(const char *a, const char *b) { return strcmp(a, b); }

// fclose(3) lets go of the converters of a wide stream; there are no wide streams here.
int __gconv_lock;
void __gconv_release_step(void *step) { (void)step; }

// Errors of glibc itself, on standard error.
int __fxprintf(FILE *stream, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int written = vfprintf(stream ? stream : stderr, format, arguments);
  va_end(arguments);
  return written;
}

// printf(3) with %ls and %lc: nobody prints wide characters.
size_t __wcrtomb(char *target, wchar_t character, mbstate_t *state) {
  (void)target, (void)character, (void)state;
  errno = EILSEQ;
  return (size_t)-1;
}
size_t __wcsrtombs(char *target, const wchar_t **source, size_t size, mbstate_t *state) {
  (void)target, (void)source, (void)size, (void)state;
  errno = EILSEQ;
  return (size_t)-1;
}

// A thread's state of the resolver, which static glibc cannot use anyway.
__thread void *__libc_resp;

// The C locale's conversion of characters, which is none: 220 KB of converters hang on this table.
const void *const __wcsmbs_gconv_fcts_c[4] = {0};
wint_t __btowc(int byte) { return byte >= 0 && byte < 0x80 ? (wint_t)byte : WEOF; }
wint_t btowc(int byte) { return __btowc(byte); }
size_t __mbrtowc(wchar_t *target, const char *source, size_t size, mbstate_t *state) {
  (void)state;
  if (!source) return 0;
  if (!size) return (size_t)-2;
  unsigned char byte = (unsigned char)*source;
  if (byte >= 0x80) return errno = EILSEQ, (size_t)-1;
  if (target) *target = byte;
  return byte != 0;
}
size_t mbrtowc(wchar_t *target, const char *source, size_t size, mbstate_t *state) { return __mbrtowc(target, source, size, state); }

// Streams stay byte streams.
int _IO_fwide(FILE *stream, int mode) {
  (void)stream, (void)mode;
  return -1;
}
// What every stream carries along in case it becomes a wide one.
const void *const _IO_wfile_jumps[21] = {0}, *const _IO_wfile_jumps_mmap[21] = {0},
                                         *const _IO_wfile_jumps_maybe_mmap[21] = {0};
int _IO_wfile_underflow(FILE *stream) { return (void)stream, EOF; }
int __woverflow(FILE *stream, wint_t character) { return (void)stream, (void)character, EOF; }
void _IO_wsetb(FILE *stream, wchar_t *begin, wchar_t *end, int mine) { (void)stream, (void)begin, (void)end, (void)mine; }
int _IO_wdo_write(FILE *stream, const wchar_t *text, size_t size) { return (void)stream, (void)text, (void)size, EOF; }
int _IO_switch_to_wget_mode(FILE *stream) { return (void)stream, EOF; }
void _IO_free_wbackup_area(FILE *stream) { (void)stream; }
void _IO_unsave_wmarkers(FILE *stream) { (void)stream; }
int _IO_switch_to_main_wget_area(FILE *stream) { return (void)stream, EOF; }
// The converters of wide streams: 2 is __codecvt_error.
int __libio_codecvt_out(void) { return 2; }
int __libio_codecvt_in(void) { return 2; }
int __libio_codecvt_length(void) { return 0; }
int __libio_codecvt_encoding(void) { return 1; }
// fopen(3) with `,ccs=`: there is no other character set.
int __wcsmbs_named_conv(void) { return 1; }

// strftime(3) with %E and %O: no eras and no other digits in the C locale.
void *_nl_get_era_entry(const void *time, void *locale) {
  (void)time, (void)locale;
  return NULL;
}
const char *_nl_get_alt_digit(unsigned number, void *locale) {
  (void)number, (void)locale;
  return NULL;
}

// fnmatch(3) widens patterns only in locales of several bytes a character.
size_t __mbsrtowcs(wchar_t *target, const char **source, size_t size, mbstate_t *state) {
  (void)target, (void)source, (void)size, (void)state;
  errno = EILSEQ;
  return (size_t)-1;
}
