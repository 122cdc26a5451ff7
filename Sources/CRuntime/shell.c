// What the shell needs of C: a deep stack, and a signal handler that only takes notes.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CRuntime.h"
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

static char *lowest;
static ucontext_t outside, inside;
static int (*work)(void *);
static void *work_argument;
static int work_result;

static void run_inside(void) { work_result = work(work_argument); }

int crt_on_large_stack(int (*body)(void *), void *argument) {
  if (lowest) return body(argument);
  char *stack = MAP_FAILED;
  size_t size = (size_t)256 << 20;
  for (; size >= (size_t)8 << 20; size >>= 1) {
    stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (stack != MAP_FAILED) break;
  }
  if (stack == MAP_FAILED || getcontext(&inside) != 0) return body(argument);
  lowest = stack;
  work = body;
  work_argument = argument;
  inside.uc_stack.ss_sp = stack;
  inside.uc_stack.ss_size = size;
  inside.uc_link = &outside;
  makecontext(&inside, run_inside, 0);
  swapcontext(&outside, &inside);
  lowest = NULL;
  munmap(stack, size);
  return work_result;
}

long crt_stack_left(void) {
  char here;
  if (lowest) return (long)(&here - lowest);
  static char *first;
  if (!first || &here > first) first = &here;
  return (long)(&here - first) + (4 << 20);
}

volatile unsigned char crt_signals[65];
volatile int crt_signalled;

static void note(int number) {
  if (number > 0 && number < 65) crt_signals[number] = 1;
  crt_signalled = 1;
}

int crt_meet_signal(int number, int how, int restarts) {
  struct sigaction action = {.sa_flags = restarts ? SA_RESTART : 0};
  sigemptyset(&action.sa_mask);
  action.sa_handler = how == 0 ? SIG_DFL : how == 1 ? SIG_IGN : note;
  return sigaction(number, &action, NULL);
}

int crt_signal_met(int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) != 0) return -1;
  if (action.sa_handler == SIG_DFL) return 0;
  if (action.sa_handler == SIG_IGN) return 1;
  return action.sa_handler == note ? 2 : 3;
}

int crt_connect(const char *address, int port, int datagrams) {
  struct sockaddr_storage storage;
  memset(&storage, 0, sizeof storage);
  struct sockaddr_in *four = (struct sockaddr_in *)&storage;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)&storage;
  socklen_t length;
  if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    length = sizeof *four;
  } else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    length = sizeof *six;
  } else {
    errno = EINVAL;
    return -1;
  }
  int fd = socket(storage.ss_family, (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (connect(fd, (struct sockaddr *)&storage, length) != 0) {
    int code = errno;
    close(fd);
    errno = code;
    return -1;
  }
  return fd;
}

int crt_take_signal(int number) {
  int has_come = crt_signals[number];
  crt_signals[number] = 0;
  return has_come;
}

int crt_signals_value(int number) { return crt_signals[number]; }

static int resource_of(int letter) {
  switch (letter) {
    case 'c': return RLIMIT_CORE;
    case 'd': return RLIMIT_DATA;
    case 'e': return RLIMIT_NICE;
    case 'f': return RLIMIT_FSIZE;
    case 'i': return RLIMIT_SIGPENDING;
    case 'l': return RLIMIT_MEMLOCK;
    case 'm': return RLIMIT_RSS;
    case 'n': return RLIMIT_NOFILE;
    case 'q': return RLIMIT_MSGQUEUE;
    case 'r': return RLIMIT_RTPRIO;
    case 's': return RLIMIT_STACK;
    case 't': return RLIMIT_CPU;
    case 'u': return RLIMIT_NPROC;
    case 'v': return RLIMIT_AS;
    default: return RLIMIT_LOCKS;
  }
}

int crt_get_limits(int letter, unsigned long *soft, unsigned long *hard) {
  struct rlimit limits;
  if (getrlimit(resource_of(letter), &limits) != 0) return -1;
  *soft = limits.rlim_cur;
  *hard = limits.rlim_max;
  return 0;
}

int crt_set_limits(int letter, unsigned long soft, unsigned long hard) {
  const struct rlimit limits = {.rlim_cur = soft, .rlim_max = hard};
  return setrlimit(resource_of(letter), &limits);
}
