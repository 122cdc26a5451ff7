// A small web server for tests: the one program of a container without shell, tools or libraries.
// usage: server [PORT]; each request gets one line as answer and leaves one on stdout. GET /leak grows the heap.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void end(int signal_number) {
  (void)signal_number;
  _exit(0);
}

static int listen_on(int port) {
  int one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server < 0 || setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0) return -1;
  if (bind(server, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return listen(server, 64) == 0 ? server : -1;
}

static void answer(int client, unsigned long served) {
  char request[2048], reply[256];
  ssize_t length = read(client, request, sizeof request - 1);
  if (length <= 0) return;
  request[length] = 0;
  if (strncmp(request, "GET /leak ", 10) == 0) {
    char *block = malloc(1 << 20);
    if (block != NULL) memset(block, 'x', 1 << 20);
  }
  request[strcspn(request, "\r\n")] = 0;
  printf("app: served %lu: %.60s\n", served, request);
  int size = snprintf(reply, sizeof reply,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
                      "Connection: close\r\n\r\nok\n");
  if (write(client, reply, (size_t)size) != size) printf("app: client went away\n");
}

int main(int argc, char **argv) {
  int port = argc > 1 ? atoi(argv[1]) : 8080;
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGTERM, end);
  signal(SIGINT, end);
  signal(SIGPIPE, SIG_IGN);
  int server = listen_on(port);
  if (server < 0) {
    perror("app: cannot listen");
    return 1;
  }
  printf("app: listening on port %d as uid %d\n", port, (int)getuid());
  for (unsigned long served = 1;; served++) {
    int client = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0) continue;
    answer(client, served);
    close(client);
  }
}
