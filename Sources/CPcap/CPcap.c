// libpcap's compiler of filter expressions, and what stands in for the parts of libpcap and of glibc that it drags in:
// opening devices (D-Bus, netlink, USB, Bluetooth) and the databases of names.
#include "CPcap.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

int cpcap_compile(const char *expression, int link_type, int snapshot, int optimize, uint32_t netmask,
                  struct cpcap_instruction **program, char *error) {
  pcap_t *dead = pcap_open_dead(link_type, snapshot);
  if (!dead) {
    strcpy(error, "out of memory");
    return -1;
  }
  struct bpf_program made;
  int count = -1;
  if (pcap_compile(dead, &made, expression, optimize, netmask) == 0) {
    *program = malloc((made.bf_len + 1) * sizeof **program);
    if (*program) {
      count = (int)made.bf_len;
      for (int i = 0; i < count; i++) {
        struct bpf_insn *one = &made.bf_insns[i];
        (*program)[i] = (struct cpcap_instruction){one->code, one->jt, one->jf, one->k};
      }
    }
    pcap_freecode(&made);
  } else {
    strncpy(error, pcap_geterr(dead), PCAP_ERRBUF_SIZE - 1);
    error[PCAP_ERRBUF_SIZE - 1] = 0;
  }
  pcap_close(dead);
  return count;
}

void cpcap_free(struct cpcap_instruction *program) { free(program); }

int cpcap_link_type(const char *name) { return pcap_datalink_name_to_val(name); }
const char *cpcap_link_type_name(int link_type) { return pcap_datalink_val_to_name(link_type); }
const char *cpcap_link_type_description(int link_type) { return pcap_datalink_val_to_description(link_type); }

// The names that the caller has looked up.
struct known {
  struct known *next;
  int is_service, is_tcp;
  size_t size;
  uint8_t address[16];
  uint16_t port;
  char name[];
};
static struct known *all_known;
static char wanted_kind = 'n', wanted_name[256];

char cpcap_wanted(const char **name) {
  *name = wanted_name;
  return wanted_kind;
}

static struct known *know(const char *name) {
  size_t length = strlen(name) + 1;
  struct known *entry = calloc(1, sizeof *entry + length);
  if (!entry) return NULL;
  memcpy(entry->name, name, length);
  // Behind those that are there: the order of addresses is that of the resolver.
  struct known **end = &all_known;
  while (*end) end = &(*end)->next;
  *end = entry;
  return entry;
}

int cpcap_know_host(const char *name, const void *address, size_t size) {
  struct known *entry = size <= 16 ? know(name) : NULL;
  if (!entry) return -1;
  entry->size = size;
  if (size) memcpy(entry->address, address, size);
  return 0;
}

int cpcap_know_service(const char *name, int is_tcp, uint16_t port) {
  struct known *entry = know(name);
  if (!entry) return -1;
  entry->is_service = 1;
  entry->is_tcp = is_tcp;
  entry->port = port;
  return 0;
}

void cpcap_satisfied(void) { wanted_kind = 'n'; }

void cpcap_forget(void) {
  while (all_known) {
    struct known *entry = all_known;
    all_known = entry->next;
    free(entry);
  }
  wanted_kind = 'n';
}

static void want(char kind, const char *name) {
  if (wanted_kind != 'n') return;
  wanted_kind = kind;
  strncpy(wanted_name, name, sizeof wanted_name - 1);
}

// One answer of getaddrinfo(3), in one piece of memory.
struct answer {
  struct addrinfo info;
  union {
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address;
};

static int append(struct addrinfo ***end, const void *address, size_t size, uint16_t port) {
  struct answer *one = calloc(1, sizeof *one);
  if (!one) return EAI_MEMORY;
  one->info.ai_addr = (struct sockaddr *)&one->address;
  if (size == 4) {
    one->info.ai_family = one->address.v4.sin_family = AF_INET;
    one->info.ai_addrlen = sizeof one->address.v4;
    one->address.v4.sin_port = htons(port);
    memcpy(&one->address.v4.sin_addr, address, 4);
  } else {
    one->info.ai_family = one->address.v6.sin6_family = AF_INET6;
    one->info.ai_addrlen = sizeof one->address.v6;
    memcpy(&one->address.v6.sin6_addr, address, 16);
  }
  **end = &one->info;
  *end = &one->info.ai_next;
  return 0;
}

static int find_service(const char *name, int protocol, struct addrinfo **result) {
  struct addrinfo **end = result;
  int is_known = 0;
  for (struct known *entry = all_known; entry; entry = entry->next) {
    if (!entry->is_service || strcmp(entry->name, name) != 0) continue;
    is_known = 1;
    if (entry->is_tcp != (protocol == IPPROTO_TCP) || entry->port == 0) continue;
    return append(&end, "\0\0\0\0", 4, entry->port);
  }
  if (!is_known) want('s', name);
  return EAI_NONAME;
}

// Numbers, and the names that have been looked up.
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  int family = hints ? hints->ai_family : AF_UNSPEC;
  struct addrinfo **end = result;
  uint8_t address[16];
  *result = NULL;
  if (!name) return service ? find_service(service, hints ? hints->ai_protocol : 0, result) : EAI_NONAME;
  if (family != AF_INET6 && inet_pton(AF_INET, name, address) == 1) return append(&end, address, 4, 0);
  if (family != AF_INET && inet_pton(AF_INET6, name, address) == 1) return append(&end, address, 16, 0);
  if (hints && (hints->ai_flags & AI_NUMERICHOST)) return EAI_NONAME;
  int is_known = 0;
  for (struct known *entry = all_known; entry; entry = entry->next) {
    if (entry->is_service || strcmp(entry->name, name) != 0) continue;
    is_known = 1;
    if (entry->size == (family == AF_INET6 ? 4 : family == AF_INET ? 16 : 0)) continue;
    if (append(&end, entry->address, entry->size, 0) != 0) break;
  }
  if (!is_known) want('h', name);
  return *result ? 0 : EAI_NONAME;
}

void freeaddrinfo(struct addrinfo *info) {
  while (info) {
    struct addrinfo *next = info->ai_next;
    free(info);
    info = next;
  }
}

// The protocols that have a name and no word of their own in expressions.
int getprotobyname_r(const char *name, struct protoent *entry, char *buffer, size_t size, struct protoent **result) {
  static const struct {
    const char *name;
    int number;
  } all[] = {{"ip", 0},    {"icmp", 1}, {"igmp", 2},  {"ggp", 3},    {"ipencap", 4}, {"ipip", 4},  {"tcp", 6},
             {"egp", 8},   {"igp", 9},  {"udp", 17},  {"dccp", 33},  {"ipv6", 41},   {"rsvp", 46}, {"gre", 47},
             {"esp", 50},  {"ah", 51},  {"ipv6-icmp", 58}, {"eigrp", 88}, {"ospf", 89}, {"pim", 103}, {"vrrp", 112},
             {"l2tp", 115}, {"sctp", 132}, {"udplite", 136}};
  (void)buffer, (void)size;
  *result = NULL;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (strcmp(all[i].name, name) != 0) continue;
    memset(entry, 0, sizeof *entry);
    entry->p_proto = all[i].number;
    *result = entry;
    return 0;
  }
  return 0;
}

// There are no databases of networks, of Ethernet addresses and of old hosts.
int getnetbyname_r(const char *name, struct netent *entry, char *buffer, size_t size, struct netent **result, int *code) {
  (void)name, (void)entry, (void)buffer, (void)size;
  *result = NULL;
  *code = HOST_NOT_FOUND;
  return 0;
}
int ether_hostton(const char *name, struct ether_addr *address) { return (void)name, (void)address, -1; }
struct hostent *gethostbyname(const char *name) { return (void)name, NULL; }

// Devices are opened by ourselves.
typedef pcap_t *create(const char *device, char *error, int *is_mine);
#define NO_DEVICE(name) \
  pcap_t *name(const char *device, char *error, int *is_mine) { return (void)device, (void)error, *is_mine = 0, NULL; }
NO_DEVICE(bt_create)
NO_DEVICE(bt_monitor_create)
NO_DEVICE(dbus_create)
NO_DEVICE(netfilter_create)
NO_DEVICE(usb_create)
#define NO_DEVICES(name) \
  int name(void *list, char *error) { return (void)list, (void)error, 0; }
NO_DEVICES(bt_findalldevs)
NO_DEVICES(bt_monitor_findalldevs)
NO_DEVICES(dbus_findalldevs)
NO_DEVICES(netfilter_findalldevs)
NO_DEVICES(usb_findalldevs)
NO_DEVICES(pcap_platform_finddevs)
pcap_t *pcap_create_interface(const char *device, char *error) { return (void)device, (void)error, NULL; }
// Captures are read by ourselves.
int pcap_offline_read(pcap_t *capture, int count, pcap_handler callback, u_char *user) {
  return (void)capture, (void)count, (void)callback, (void)user, -1;
}
