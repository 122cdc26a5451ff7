// Runs commands in turns among sleeping processes, and prints the least time of each.
// Usage: race SLEEPERS RUNS -- PROGRAM NAME [ARGUMENT...] -- PROGRAM NAME [ARGUMENT...]...
// Prints for each: wall and processor time in ns (minimum), peak memory in KiB (maximum), exit status.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct racer {
  char **command;
  long wall, cpu, memory;
  int status;
};

static char *environment[] = {"PATH=/bin:/usr/bin", "TERM=dumb", 0};

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void sleeper(int number) {
  char name[24];
  snprintf(name, sizeof name, "sleeper-%d", number);
  prctl(PR_SET_NAME, name);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) pause();
}

static void run(struct racer *racer, posix_spawn_file_actions_t *actions) {
  struct rusage usage;
  pid_t pid;
  int status = 0;
  long start = now();
  if (posix_spawn(&pid, racer->command[0], actions, 0, racer->command + 1, environment) != 0) {
    racer->status = 127;
    return;
  }
  wait4(pid, &status, 0, &usage);
  long wall = now() - start;
  long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000L +
             (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000L;
  if (wall < racer->wall) racer->wall = wall;
  if (cpu < racer->cpu) racer->cpu = cpu;
  if (usage.ru_maxrss > racer->memory) racer->memory = usage.ru_maxrss;
  racer->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int count, char **arguments) {
  struct racer racers[8];
  int racing = 0;
  if (count < 5) return 2;
  for (int i = 3; i < count && racing < 8; i++) {
    if (strcmp(arguments[i], "--") != 0) continue;
    arguments[i] = 0;
    racers[racing++] = (struct racer){arguments + i + 1, 1L << 62, 1L << 62, 0, 0};
  }
  int sleepers = atoi(arguments[1]), runs = atoi(arguments[2]);
  pid_t group = 0;
  for (int i = 0; i < sleepers; i++) {
    pid_t pid = fork();
    if (pid == 0) sleeper(i);
    setpgid(pid, group);
    if (group == 0) group = pid;
  }
  usleep(100000 + 100 * sleepers);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  for (int i = 0; i < racing; i++) run(&racers[i], &actions);  // Warms the caches.
  for (int round = 0; round < runs; round++) {
    for (int i = 0; i < racing; i++) run(&racers[(i + round) % racing], &actions);
  }
  for (int i = 0; i < racing; i++) {
    printf("%ld %ld %ld %d\n", racers[i].wall, racers[i].cpu, racers[i].memory, racers[i].status);
  }
  if (group != 0) kill(-group, SIGKILL);
  while (wait(0) > 0) {}
}
