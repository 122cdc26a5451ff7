// Holds a pod's namespaces open, as the pause container of Kubernetes does; with an argument it ends at once.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(int signal_number) {
  (void)signal_number;
  while (waitpid(-1, NULL, WNOHANG) > 0) {}
}

static void end(int signal_number) {
  (void)signal_number;
  _exit(0);
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) return 0;
  signal(SIGCHLD, reap);
  signal(SIGTERM, end);
  signal(SIGINT, end);
  for (;;) pause();
}
