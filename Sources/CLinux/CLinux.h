// The kernel and libc as Swift sees them: headers, and shims for what Swift cannot import
// (errno, variadic functions, function-like macros, system calls without a libc wrapper).
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <math.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <linux/openat2.h>

static inline int clinux_errno(void) { return errno; }
static inline void clinux_set_errno(int code) { errno = code; }

static inline int clinux_openat(int dir, const char *path, int flags, mode_t mode) {
  return openat(dir, path, flags, mode);
}
static inline int clinux_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}
static inline ssize_t clinux_readlinkat(int dir, const char *path, void *buffer, size_t size) {
  return readlinkat(dir, path, buffer, size);
}
static inline ssize_t clinux_getdents(int dir, void *buffer, size_t size) {
  return syscall(SYS_getdents64, dir, buffer, size);
}
static inline int clinux_fcntl(int fd, int command, int argument) { return fcntl(fd, command, argument); }
static inline int clinux_window_size(int fd, struct winsize *size) { return ioctl(fd, TIOCGWINSZ, size); }
static inline int clinux_execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags) {
  return (int)syscall(SYS_execveat, dir, path, argv, envp, flags);
}
static inline int clinux_prctl(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }

// File-system ids by raw system call: they belong to the calling thread alone and change no signal
// or ptrace rights of ours, unlike seteuid(2), which glibc spreads over all threads.
static inline int clinux_setfsuid(uid_t uid) { return (int)syscall(SYS_setfsuid, uid); }
static inline int clinux_setfsgid(gid_t gid) { return (int)syscall(SYS_setfsgid, gid); }

static inline int clinux_format_double(char *buffer, size_t size, double value, int digits) {
  return snprintf(buffer, size, "%.*f", digits, value);
}

static inline unsigned clinux_major(dev_t device) { return major(device); }
static inline unsigned clinux_minor(dev_t device) { return minor(device); }
static inline int clinux_exited(int status) { return WIFEXITED(status); }
static inline int clinux_exit_status(int status) { return WEXITSTATUS(status); }
static inline int clinux_term_signal(int status) { return WTERMSIG(status); }
static inline int clinux_signal_default(int number) { return signal(number, SIG_DFL) == SIG_ERR ? -1 : 0; }
static inline int clinux_signal_ignore(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }
static inline int clinux_sigqueue(pid_t pid, int number, int value) {
  union sigval payload = {.sival_int = value};
  return sigqueue(pid, number, payload);
}
// Whether another process holds a lock on the whole file, by fcntl(2) or flock(2).
static inline int clinux_is_locked(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) return 1;
  if (flock(fd, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  flock(fd, LOCK_UN);
  return 0;
}
static inline int clinux_sigrtmin(void) { return SIGRTMIN; }
static inline int clinux_sigrtmax(void) { return SIGRTMAX; }
static inline long clinux_fetch_add(long *value, long amount) {
  return __atomic_fetch_add(value, amount, __ATOMIC_RELAXED);
}
static inline char **clinux_environ(void) { return environ; }

// printf(3) into memory of its own; `format` takes `*.*`. NULL: no memory.
static inline char *clinux_format_signed(const char *format, int width, int precision, int64_t value) {
  char *text;
  return asprintf(&text, format, width, precision, value) < 0 ? NULL : text;
}
static inline char *clinux_format_unsigned(const char *format, int width, int precision, uint64_t value) {
  char *text;
  return asprintf(&text, format, width, precision, value) < 0 ? NULL : text;
}
// The number at the start of `number` in long double, which Swift has not on every machine.
static inline char *clinux_format_real(const char *format, int width, int precision, const char *number,
                                       size_t *length, int *code) {
  char *text, *end;
  errno = 0;
  long double value = strtold(number, &end);
  *code = errno;
  *length = (size_t)(end - number);
  return asprintf(&text, format, width, precision, value) < 0 ? NULL : text;
}

// The text of an address that others can reach us by: an interface that is up, not loopback, not IPv6 link-local.
static inline int clinux_address_text(const struct ifaddrs *entry, char *text, size_t size) {
  if (!entry->ifa_addr || !(entry->ifa_flags & IFF_UP) || (entry->ifa_flags & IFF_LOOPBACK)) return 0;
  if (entry->ifa_addr->sa_family == AF_INET) {
    return inet_ntop(AF_INET, &((struct sockaddr_in *)entry->ifa_addr)->sin_addr, text, size) != NULL;
  }
  if (entry->ifa_addr->sa_family != AF_INET6) return 0;
  struct sockaddr_in6 *address = (struct sockaddr_in6 *)entry->ifa_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&address->sin6_addr)) return 0;
  return inet_ntop(AF_INET6, &address->sin6_addr, text, size) != NULL;
}

// When the file was made, where the file system knows. 1: known, 0: not known, -1: errno.
static inline int clinux_birth_time(int dir, const char *path, int flags, struct timespec *birth) {
  struct statx status;
  if (statx(dir, path, flags, STATX_BTIME, &status) != 0) return -1;
  birth->tv_sec = status.stx_btime.tv_sec;
  birth->tv_nsec = status.stx_btime.tv_nsec;
  return (status.stx_mask & STATX_BTIME) != 0;
}
static inline uint64_t clinux_fsid(const struct statfs *status) {
  uint64_t id = 0;
  memcpy(&id, &status->f_fsid, sizeof status->f_fsid);
  // As coreutils prints it: the first word is the high one.
  return id << 32 | id >> 32;
}

// Effective ids by raw system call: of the calling thread alone, where glibc would spread them over all.
static inline int clinux_seteuid(uid_t uid) { return (int)syscall(SYS_setresuid, -1, uid, -1); }
static inline int clinux_setegid(gid_t gid) { return (int)syscall(SYS_setresgid, -1, gid, -1); }

// A stream socket connected to the one at `path`; neither connecting nor sending waits longer than `seconds`.
static inline int clinux_connect_local(const char *path, int seconds) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  struct timeval limit = {.tv_sec = seconds};
  if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 &&
      connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int code = errno;
  close(fd);
  errno = code;
  return -1;
}
// Changing files.
static inline int clinux_renameat2(int from, const char *name, int to, const char *other, unsigned flags) {
  return flags ? (int)syscall(SYS_renameat2, from, name, to, other, flags) : renameat(from, name, to, other);
}
static inline dev_t clinux_makedev(unsigned major, unsigned minor) { return makedev(major, minor); }
static inline long clinux_utime_omit(void) { return UTIME_OMIT; }
static inline int clinux_seek_data(void) { return SEEK_DATA; }
static inline int clinux_seek_hole(void) { return SEEK_HOLE; }
static inline int clinux_clone(int to, int from) { return ioctl(to, _IOW(0x94, 9, int), from); }

// Scheduling, sessions, privileges.
static inline int clinux_getpriority(void) { return getpriority(PRIO_PROCESS, 0); }
static inline int clinux_setpriority(int value) { return setpriority(PRIO_PROCESS, 0, value); }
static inline int clinux_take_terminal(int fd) { return ioctl(fd, TIOCSCTTY, 1); }
static inline int clinux_prctl5(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }
static inline int clinux_parent_death_signal(void) {
  int number = 0;
  return prctl(PR_GET_PDEATHSIG, &number, 0, 0, 0) == 0 ? number : 0;
}
static inline int clinux_o_direct(void) { return O_DIRECT; }
static inline int clinux_o_sync(void) { return O_SYNC; }
static inline int clinux_o_noatime(void) { return O_NOATIME; }

// sysinfo(2) is a structure, too, which Swift cannot tell apart. 0 where it fails.
static inline long clinux_memory_kib(void) {
  struct sysinfo info;
  return sysinfo(&info) == 0 ? (long)((unsigned long long)info.totalram * info.mem_unit / 1024) : 0;
}

// Terminals.
static inline int clinux_set_window_size(int fd, const struct winsize *size) { return ioctl(fd, TIOCSWINSZ, size); }
static inline int clinux_control_terminal(int fd) { return ioctl(fd, TIOCSCTTY, 0); }
// Bytes as they come, none echoed and none made into a signal; output is still processed.
static inline void clinux_make_raw(struct termios *modes) {
  modes->c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
  modes->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
  modes->c_cflag = (modes->c_cflag & ~(tcflag_t)CSIZE) | CS8;
  modes->c_cc[VMIN] = 1;
  modes->c_cc[VTIME] = 0;
}
// The other end of the pseudo-terminal whose master is open as `master`.
static inline int clinux_terminal_peer(int master) {
  int unlocked = 0;
  if (ioctl(master, TIOCSPTLCK, &unlocked) != 0) return -1;
  return ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}
// What the terminal does for Ctrl-C: SIGINT to the process group, but not to ourselves.
static inline void clinux_interrupt_others(void) {
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  struct sigaction before;
  sigaction(SIGINT, &ignore, &before);
  kill(0, SIGINT);
  sigaction(SIGINT, &before, NULL);
}

// `value` as printf(3) writes it with %g.
static inline int clinux_format_general(char *buffer, size_t size, int digits, double value) {
  return snprintf(buffer, size, "%.*g", digits, value);
}

#include "Sockets.h"
