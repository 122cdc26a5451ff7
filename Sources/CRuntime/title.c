// What ps(1) shows of a process that goes on as another applet without exec(2).
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CRuntime.h"
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char *const *first;
static int count;
static char *const *surroundings;

void crt_find_arguments(int argument_count, const char *const *arguments) {
  first = arguments;
  count = argument_count;
  surroundings = environ;
}

// The kernel shows the memory from the first argument to the end of the last one, and where that end is no NUL, what
// goes on in the environment behind it.
static char *title;
static size_t shown, room;

static void measure(void) {
  if (title || count < 1 || !first[0]) return;
  const char *end = first[0];
  for (int i = 0; i < count && first[i] == end; i++) end += strlen(end) + 1;
  title = (char *)first[0];
  shown = (size_t)(end - title);
  for (char *const *entry = surroundings; entry && *entry == end; entry++) end += strlen(end) + 1;
  room = (size_t)(end - title);
}

// Copies the environment out of the way.
static int move_environment(void) {
  size_t entries = 0;
  while (environ && environ[entries]) entries++;
  char **moved = calloc(entries + 1, sizeof *moved);
  if (!moved) return 0;
  for (size_t i = 0; i < entries; i++)
    if (!(moved[i] = strdup(environ[i]))) return 0;
  environ = moved;
  return 1;
}

void crt_retitle(char *text, size_t length) {
  measure();
  if (!title || length == 0) return;
  prctl(PR_SET_NAME, text);
  size_t kept = length < room ? length : room - 1;
  if (length > shown) {
    if (!move_environment()) return;
    // There the kernel takes it as one text up to the first NUL.
    for (size_t i = 0; i + 1 < kept; i++)
      if (!text[i]) text[i] = ' ';
    shown = room;
  }
  memcpy(title, text, kept);
  memset(title + kept, 0, shown - kept);
}
