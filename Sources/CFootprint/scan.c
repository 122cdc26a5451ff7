// scanf(3) as far as libproc2 and tzset(3) of glibc (`%hu%n`) use it: blanks, literals, and %d %u %s
// %c %lf %n with `*`, a width, `h` and `l`. glibc's brings 75 KB along, mostly for long doubles and wide characters.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CFootprint.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int skip;    // `*`: read, but do not store
  int width;   // at most so many characters; 0 is no limit
  int longs;   // `l` once or twice; -1 is `h`
  char kind;
} Conversion;

static const char *read_conversion(const char *format, Conversion *conversion) {
  *conversion = (Conversion){0};
  if (*format == '*') conversion->skip = 1, format++;
  while (isdigit((unsigned char)*format)) conversion->width = conversion->width * 10 + (*format++ - '0');
  if (*format == 'h') conversion->longs = -1, format++;
  while (*format == 'l') conversion->longs++, format++;
  conversion->kind = *format;
  return *format ? format + 1 : format;
}

static const char *blanks(const char *text) {
  while (isspace((unsigned char)*text)) text++;
  return text;
}

static void store_integer(unsigned long long value, int longs, va_list *out) {
  if (longs >= 2) *va_arg(*out, unsigned long long *) = value;
  else if (longs == 1) *va_arg(*out, unsigned long *) = (unsigned long)value;
  else if (longs < 0) *va_arg(*out, unsigned short *) = (unsigned short)value;
  else *va_arg(*out, unsigned int *) = (unsigned int)value;
}

// Returns what follows the match in `text`; NULL where it does not match.
static const char *convert(const char *text, const Conversion *conversion, va_list *out) {
  char *end = NULL;
  switch (conversion->kind) {
    case 'd': case 'u': {
      text = blanks(text);
      unsigned long long value = conversion->kind == 'd' ? (unsigned long long)strtoll(text, &end, 10) : strtoull(text, &end, 10);
      if (end == text) return NULL;
      if (!conversion->skip) store_integer(value, conversion->longs, out);
      return end;
    }
    case 'f': {
      text = blanks(text);
      double value = strtod(text, &end);
      if (end == text || conversion->longs != 1) return NULL;
      if (!conversion->skip) *va_arg(*out, double *) = value;
      return end;
    }
    case 's': {
      text = blanks(text);
      size_t length = strcspn(text, " \t\n\v\f\r");
      if (conversion->width && length > (size_t)conversion->width) length = (size_t)conversion->width;
      if (!length) return NULL;
      if (!conversion->skip) {
        char *target = va_arg(*out, char *);
        memcpy(target, text, length);
        target[length] = 0;
      }
      return text + length;
    }
    case 'c':
      if (!*text) return NULL;
      if (!conversion->skip) *va_arg(*out, char *) = *text;
      return text + 1;
    default:
      return NULL;
  }
}

static int scan(const char *text, const char *format, va_list *out) {
  const char *start = text;
  int stored = 0;
  while (*format) {
    if (isspace((unsigned char)*format)) {
      text = blanks(text), format++;
    } else if (*format != '%') {
      if (*text != *format) return *text || stored ? stored : EOF;
      text++, format++;
    } else {
      Conversion conversion;
      format = read_conversion(format + 1, &conversion);
      if (conversion.kind == 'n') {
        *va_arg(*out, int *) = (int)(text - start);
        continue;
      }
      const char *rest = convert(text, &conversion, out);
      if (!rest) return *blanks(text) || stored ? stored : EOF;
      text = rest;
      stored += !conversion.skip;
    }
  }
  return stored;
}

int __isoc99_sscanf(const char *text, const char *format, ...) {
  va_list out;
  va_start(out, format);
  int stored = scan(text, format, &out);
  va_end(out);
  return stored;
}

// One line of the stream: all that `/proc/uptime` and `/proc/loadavg` have.
int __isoc99_fscanf(FILE *stream, const char *format, ...) {
  char line[512];
  if (!fgets(line, sizeof line, stream)) return EOF;
  va_list out;
  va_start(out, format);
  int stored = scan(line, format, &out);
  va_end(out);
  return stored;
}
