// libproc2 asks for NUMA nodes by dlopen(3), which no static program may call in an image without
// libraries: it gets the answers of a machine with one node, as where libnuma is missing.
#include "CRuntime.h"

static int max_node(void) { return -1; }
static int node_of_cpu(int cpu) {
  (void)cpu;
  return -1;
}

int (*numa_max_node)(void) = max_node;
int (*numa_node_of_cpu)(int) = node_of_cpu;

int numa_init(void) { return 0; }
void numa_uninit(void) {}
