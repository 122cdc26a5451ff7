// The C locale's characters without the tables for transliteration (50 KB) and for wide characters. The layout is
// that of glibc 2.36, which Debian 12 has: what its C-ctype.o holds, in the same order.
#include "CFootprint.h"
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>

extern const char _nl_C_name[], _nl_C_codeset[];
extern const void *const __wcsmbs_gconv_fcts_c[];

// Characters -128 to 255, as <ctype.h> looks them up; only ASCII is anything.
#define MARK (_ISprint | _ISgraph | _ISpunct)
#define WORD (_ISprint | _ISgraph | _ISalnum)
#define SHIFT 128
const uint16_t _nl_C_LC_CTYPE_class[384] = {
    [SHIFT + 0 ... SHIFT + 8] = _IScntrl,
    [SHIFT + '\t'] = _IScntrl | _ISspace | _ISblank,
    [SHIFT + '\n' ... SHIFT + '\r'] = _IScntrl | _ISspace,
    [SHIFT + 14 ... SHIFT + 31] = _IScntrl,
    [SHIFT + ' '] = _ISspace | _ISprint | _ISblank,
    [SHIFT + '!' ... SHIFT + '/'] = MARK,
    [SHIFT + '0' ... SHIFT + '9'] = WORD | _ISdigit | _ISxdigit,
    [SHIFT + ':' ... SHIFT + '@'] = MARK,
    [SHIFT + 'A' ... SHIFT + 'F'] = WORD | _ISalpha | _ISupper | _ISxdigit,
    [SHIFT + 'G' ... SHIFT + 'Z'] = WORD | _ISalpha | _ISupper,
    [SHIFT + '[' ... SHIFT + '`'] = MARK,
    [SHIFT + 'a' ... SHIFT + 'f'] = WORD | _ISalpha | _ISlower | _ISxdigit,
    [SHIFT + 'g' ... SHIFT + 'z'] = WORD | _ISalpha | _ISlower,
    [SHIFT + '{' ... SHIFT + '~'] = MARK,
    [SHIFT + 127] = _IScntrl,
};

// Each character as itself, but for the letters of one case. -1 is EOF; the others below 0 are bytes as signed ones.
#define AS(n, low, high, by) ((n) >= (low) && (n) <= (high) ? (n) + (by) : (n))
#define TWO(f, n) f(n), f((n) + 1)
#define EIGHT(f, n) TWO(f, n), TWO(f, (n) + 2), TWO(f, (n) + 4), TWO(f, (n) + 6)
#define THIRTYTWO(f, n) EIGHT(f, n), EIGHT(f, (n) + 8), EIGHT(f, (n) + 16), EIGHT(f, (n) + 24)
#define HALF(f, n) THIRTYTWO(f, n), THIRTYTWO(f, (n) + 32), THIRTYTWO(f, (n) + 64), THIRTYTWO(f, (n) + 96)
#define BYTE(n) (uint32_t)((n) == 255 ? -1 : (n))
#define UPPER(n) (uint32_t) AS(n, 'a', 'z', -32)
#define LOWER(n) (uint32_t) AS(n, 'A', 'Z', 32)
const uint32_t _nl_C_LC_CTYPE_toupper[384] = {HALF(BYTE, 128), HALF(UPPER, 0), HALF(UPPER, 128)};
const uint32_t _nl_C_LC_CTYPE_tolower[384] = {HALF(BYTE, 128), HALF(LOWER, 0), HALF(LOWER, 128)};

// A three-level table of wide characters with nothing in it: no character is of any class, or maps to another.
static const uint32_t nothing[5] = {31, 0, 0, 0, 0};
#define NOTHING {.address = nothing}

static const char class_names[] = "upper\0lower\0alpha\0digit\0xdigit\0space\0print\0graph\0blank\0cntrl\0punct\0alnum\0";
static const char map_names[] = "toupper\0tolower\0";
static const uint32_t no_wide[2] = {0};
#define DIGITS(f) f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8), f(9)
#define DIGIT(n) {.address = #n}
#define WIDE(n) {.address = L"" #n}
#define CODE(n) {.number = '0' + n}

static const struct {
  const void *converters;
  uint64_t flags[2];
} characters = {__wcsmbs_gconv_fcts_c, {0, 0x01000000}};

const struct {
  const char *name, *data;
  int64_t size;
  int kind;
  const void *private;
  uint32_t users;
  int translits;
  uint32_t count;
  union {
    const void *address;
    uint32_t number;
  } values[86];
} _nl_C_LC_CTYPE = {
    .name = _nl_C_name, .private = &characters, .users = UINT32_MAX, .count = 86,
    .values = {
        [0] = {.address = _nl_C_LC_CTYPE_class},
        [1] = {.address = _nl_C_LC_CTYPE_toupper},
        [3] = {.address = _nl_C_LC_CTYPE_tolower},
        [10] = {.address = class_names},
        [11] = {.address = map_names},
        [12] = NOTHING,  // widths
        [13] = {.number = 1},  // longest character in bytes
        [14] = {.address = _nl_C_codeset},
        [15] = {.address = _nl_C_LC_CTYPE_toupper + SHIFT},
        [16] = {.address = _nl_C_LC_CTYPE_tolower + SHIFT},
        [17] = {.number = 72},  // where the classes are in this table
        [18] = {.number = 84},  // where the maps are
        [19] = {.number = 1},
        [20] = DIGITS(DIGIT),
        [30] = {.number = 1},
        [31] = DIGITS(WIDE),
        [41] = DIGITS(DIGIT),
        [51] = DIGITS(CODE),
        [66] = {.number = 1},
        [67] = {.address = no_wide},
        [72 ... 85] = NOTHING,
    }};
