// Starts each program named on stdin through PATH with --help, where no shell could; prints the failures.
// usage: starter < NAMES; the last line says how many were started.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int start(char *name) {
  int output[2], status, length;
  char block[4096];
  long total = 0;
  if (pipe(output) != 0) return 1;
  pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    close(0);
    dup2(output[1], 1);
    dup2(output[1], 2);
    close(output[0]);
    close(output[1]);
    char *arguments[] = {name, "--help", NULL};
    execvp(name, arguments);
    _exit(127);
  }
  close(output[1]);
  while ((length = (int)read(output[0], block, sizeof block)) > 0) total += length;
  close(output[0]);
  if (waitpid(child, &status, 0) != child) return 1;
  // To test(1), --help is a string like any other.
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && (total > 0 || strcmp(name, "test") == 0)) return 0;
  if (WIFSIGNALED(status)) printf("%s: signal %d\n", name, WTERMSIG(status));
  else printf("%s: exit %d, %ld bytes\n", name, WEXITSTATUS(status), total);
  return 1;
}

int main(void) {
  char name[256];
  int started = 0, failures = 0;
  while (fgets(name, sizeof name, stdin) != NULL) {
    name[strcspn(name, "\n")] = 0;
    failures += start(name);
    started++;
  }
  printf("started %d, failed %d\n", started, failures);
  return failures != 0;
}
