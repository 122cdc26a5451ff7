// Sockets: addresses as C lays them out, what takes cmsg macros, packet and netlink sockets. A part of CLinux.h.
#pragma once
#include <linux/errqueue.h>
#include <sys/sendfile.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

// The length of the address; `bytes` are 4 or 16 in network order.
static inline socklen_t clinux_ip_address(struct sockaddr_storage *to, int family, const void *bytes, uint16_t port,
                                          uint32_t scope) {
  memset(to, 0, sizeof *to);
  if (family == AF_INET) {
    struct sockaddr_in *address = (struct sockaddr_in *)to;
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    memcpy(&address->sin_addr, bytes, 4);
    return sizeof *address;
  }
  struct sockaddr_in6 *address = (struct sockaddr_in6 *)to;
  address->sin6_family = AF_INET6;
  address->sin6_port = htons(port);
  address->sin6_scope_id = scope;
  memcpy(&address->sin6_addr, bytes, 16);
  return sizeof *address;
}
// 0: the path is too long. An abstract name starts with NUL; any other gets a NUL behind it.
static inline socklen_t clinux_unix_address(struct sockaddr_storage *to, const void *path, size_t length) {
  struct sockaddr_un *address = (struct sockaddr_un *)to;
  memset(to, 0, sizeof *to);
  if (length >= sizeof address->sun_path) return 0;
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path, length);
  int is_abstract = length > 0 && address->sun_path[0] == 0;
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (is_abstract ? 0 : 1));
}
static inline int clinux_address_family(const struct sockaddr_storage *from) { return from->ss_family; }
// Port, zone and the 4 or 16 bytes of an IP address; the count of bytes, or 0 for another family.
static inline int clinux_read_ip_address(const struct sockaddr_storage *from, void *bytes, uint16_t *port,
                                         uint32_t *scope) {
  *scope = 0;
  if (from->ss_family == AF_INET) {
    const struct sockaddr_in *address = (const struct sockaddr_in *)from;
    memcpy(bytes, &address->sin_addr, 4);
    *port = ntohs(address->sin_port);
    return 4;
  }
  if (from->ss_family != AF_INET6) return 0;
  const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)from;
  memcpy(bytes, &address->sin6_addr, 16);
  *port = ntohs(address->sin6_port);
  *scope = address->sin6_scope_id;
  return 16;
}
// The bytes of sun_path that the kernel filled in.
static inline size_t clinux_read_unix_address(const struct sockaddr_storage *from, socklen_t size, void *path) {
  size_t start = offsetof(struct sockaddr_un, sun_path);
  if (from->ss_family != AF_UNIX || size <= start) return 0;
  size_t length = size - start;
  if (length > sizeof ((struct sockaddr_un *)0)->sun_path) length = sizeof ((struct sockaddr_un *)0)->sun_path;
  memcpy(path, ((const struct sockaddr_un *)from)->sun_path, length);
  return length;
}
static inline int clinux_socket(int domain, int type, int protocol) {
  return socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}
static inline int clinux_connect(int fd, const struct sockaddr_storage *to, socklen_t size) {
  return connect(fd, (const struct sockaddr *)to, size);
}
static inline int clinux_bind(int fd, const struct sockaddr_storage *to, socklen_t size) {
  return bind(fd, (const struct sockaddr *)to, size);
}
static inline int clinux_accept(int fd, struct sockaddr_storage *from, socklen_t *size) {
  *size = sizeof *from;
  return accept4(fd, (struct sockaddr *)from, size, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
static inline int clinux_own_address(int fd, struct sockaddr_storage *to, socklen_t *size) {
  *size = sizeof *to;
  return getsockname(fd, (struct sockaddr *)to, size);
}
static inline int clinux_peer_address(int fd, struct sockaddr_storage *to, socklen_t *size) {
  *size = sizeof *to;
  return getpeername(fd, (struct sockaddr *)to, size);
}
static inline ssize_t clinux_send_to(int fd, const void *bytes, size_t count, const struct sockaddr_storage *to,
                                     socklen_t size) {
  return sendto(fd, bytes, count, MSG_NOSIGNAL, (const struct sockaddr *)to, size);
}
static inline ssize_t clinux_receive_from(int fd, void *bytes, size_t count, struct sockaddr_storage *from,
                                          socklen_t *size) {
  *size = sizeof *from;
  return recvfrom(fd, bytes, count, 0, (struct sockaddr *)from, size);
}
// One entry of a socket's error queue, ip(7) IP_RECVERR: 1 taken, 0 none, -1 errno.
static inline int clinux_take_queued_error(int fd, struct sock_extended_err *error, struct sockaddr_storage *offender) {
  char byte[512], control[512];
  struct iovec part = {byte, sizeof byte};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  memset(offender, 0, sizeof *offender);
  if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return errno == EAGAIN ? 0 : -1;
  for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
    int is_v4 = item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_RECVERR;
    int is_v6 = item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_RECVERR;
    if (!is_v4 && !is_v6) continue;
    memcpy(error, CMSG_DATA(item), sizeof *error);
    size_t size = is_v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (item->cmsg_len >= CMSG_LEN(sizeof *error + size)) {
      memcpy(offender, CMSG_DATA(item) + sizeof *error, size);
    }
    return 1;
  }
  return 0;
}


// What the kernel measured of a TCP connection, tcp(7) TCP_INFO: 0 or -1.
static inline int clinux_tcp_info(int fd, unsigned *rtt, unsigned *variance, unsigned *retransmits) {
  struct tcp_info info;
  socklen_t size = sizeof info;
  memset(&info, 0, sizeof info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
  *rtt = info.tcpi_rtt;
  *variance = info.tcpi_rttvar;
  *retransmits = info.tcpi_total_retrans;
  return 0;
}

// One datagram, or one entry of the error queue, with what the kernel tells of it.
struct clinux_received {
  struct sockaddr_storage name;  // who sent the datagram, or where the one that failed was going
  socklen_t name_size;
  int flags;
  int hop_limit;  // -1: not told
  int has_time;
  struct timespec time;
  unsigned char record[64];  // sock_extended_err and the offender's address behind it
  size_t record_size;
};
static inline ssize_t clinux_receive_message(int fd, void *bytes, size_t count, int is_error,
                                             struct clinux_received *to) {
  char control[512] __attribute__((aligned(8)));
  struct iovec part = {bytes, count};
  struct msghdr message = {.msg_name = &to->name, .msg_namelen = sizeof to->name, .msg_iov = &part, .msg_iovlen = 1,
                           .msg_control = control, .msg_controllen = sizeof control};
  to->hop_limit = -1;
  to->has_time = 0;
  to->record_size = 0;
  memset(&to->name, 0, sizeof to->name);
  ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT | (is_error ? MSG_ERRQUEUE : 0));
  if (got < 0) return got;
  to->name_size = message.msg_namelen;
  to->flags = message.msg_flags;
  for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
    size_t size = item->cmsg_len - CMSG_LEN(0);
    int is_v4 = item->cmsg_level == IPPROTO_IP, is_v6 = item->cmsg_level == IPPROTO_IPV6;
    if ((is_v4 && item->cmsg_type == IP_TTL) || (is_v6 && item->cmsg_type == IPV6_HOPLIMIT)) {
      if (size >= sizeof to->hop_limit) memcpy(&to->hop_limit, CMSG_DATA(item), sizeof to->hop_limit);
    } else if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SO_TIMESTAMPNS) {
      if (size >= sizeof to->time) memcpy(&to->time, CMSG_DATA(item), sizeof to->time), to->has_time = 1;
    } else if ((is_v4 && item->cmsg_type == IP_RECVERR) || (is_v6 && item->cmsg_type == IPV6_RECVERR)) {
      if (size > sizeof to->record) size = sizeof to->record;
      memcpy(to->record, CMSG_DATA(item), size);
      to->record_size = size;
    }
  }
  return got;
}
// What is closed with data or a handshake behind it is forgotten at once, with a reset. socket(7) SO_LINGER.
static inline int clinux_set_abortive(int fd) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  return setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// Packets of interfaces as they come: packet(7).
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>

struct clinux_packet {
  // On the wire, and what of it has come.
  ssize_t length, captured;
  uint64_t seconds, nanoseconds;
  uint32_t interface;
  uint16_t hardware, protocol, tag, tag_type;
  uint8_t kind, address_size, has_tag;
  // As it is in memory; what is beyond `address_size` is 0.
  uint64_t address;
};

static inline uint32_t clinux_address_mask(int fd, const char *name) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(fd, SIOCGIFNETMASK, &request) != 0) return 0;
  return ntohl(((struct sockaddr_in *)&request.ifr_netmask)->sin_addr.s_addr);
}
// ARPHRD_ of an interface, -1 where it is gone.
static inline int clinux_hardware(int fd, const char *name, short *flags) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(fd, SIOCGIFFLAGS, &request) != 0) return -1;
  *flags = request.ifr_flags;
  if (ioctl(fd, SIOCGIFHWADDR, &request) != 0) return -1;
  return request.ifr_hwaddr.sa_family;
}
static inline int clinux_packet_socket(int is_cooked) {
  // Protocol 0: nothing comes in before there is a filter.
  return socket(AF_PACKET, (is_cooked ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}
static inline int clinux_packet_options(int fd, int buffer) {
  int on = 1;
  if (buffer > 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0) return -1;
  return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}
static inline int clinux_attach_filter(int fd, const void *program, unsigned short count) {
  struct sock_fprog all = {.len = count, .filter = (struct sock_filter *)program};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all);
}
static inline int clinux_packet_bind(int fd, unsigned interface, int is_promiscuous) {
  if (is_promiscuous && interface) {
    struct packet_mreq request = {.mr_ifindex = (int)interface, .mr_type = PACKET_MR_PROMISC};
    if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) != 0) return -1;
  }
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)interface};
  return bind(fd, (struct sockaddr *)&address, sizeof address);
}
// One packet: its length in `about`, or -1. `control` is room for what comes beside it.
static inline ssize_t clinux_receive_packet(int fd, void *bytes, size_t size, struct clinux_packet *about) {
  struct sockaddr_ll from;
  union {
    struct cmsghdr align;
    char room[256];
  } control;
  struct iovec part = {bytes, size};
  struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
                           .msg_control = &control, .msg_controllen = sizeof control};
  about->length = recvmsg(fd, &message, MSG_TRUNC);
  if (about->length < 0) return -1;
  about->captured = about->length;
  about->seconds = about->nanoseconds = 0;
  about->has_tag = 0;
  about->interface = (uint32_t)from.sll_ifindex;
  about->hardware = from.sll_hatype;
  about->protocol = ntohs(from.sll_protocol);
  about->kind = from.sll_pkttype;
  about->address_size = from.sll_halen;
  about->address = 0;
  memcpy(&about->address, from.sll_addr, from.sll_halen < 8 ? from.sll_halen : 8);
  for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(item), sizeof time);
      about->seconds = (uint64_t)time.tv_sec;
      about->nanoseconds = (uint64_t)time.tv_nsec;
    }
    if (item->cmsg_level == SOL_PACKET && item->cmsg_type == PACKET_AUXDATA) {
      struct tpacket_auxdata facts;
      memcpy(&facts, CMSG_DATA(item), sizeof facts);
      // A filter may have cut the packet; this is how long it was.
      about->length = (ssize_t)facts.tp_len;
      if (!(facts.tp_status & TP_STATUS_VLAN_VALID)) continue;
      about->has_tag = 1;
      about->tag = facts.tp_vlan_tci;
      about->tag_type = facts.tp_status & TP_STATUS_VLAN_TPID_VALID ? facts.tp_vlan_tpid : ETH_P_8021Q;
    }
  }
  return 0;
}
static inline int clinux_packet_statistics(int fd, unsigned *packets, unsigned *drops) {
  struct tpacket_stats counts;
  socklen_t size = sizeof counts;
  if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &counts, &size) != 0) return -1;
  *packets = counts.tp_packets;
  *drops = counts.tp_drops;
  return 0;
}

// Who listens at the other end of a unix(7) socket: by SO_PEERCRED, who called listen(2).
static inline int clinux_peer(int fd, pid_t *pid, uid_t *uid) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  int result = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  *pid = result == 0 ? peer.pid : 0;
  *uid = result == 0 ? peer.uid : 0;
  return result;
}

#include <linux/netlink.h>

// A netlink socket that waits for answers no longer than five seconds; -1 errno.
static inline int clinux_netlink(int protocol) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) return -1;
  int room = 1 << 20, on = 1;
  struct timeval limit = {.tv_sec = 5};
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  // Without strict checks old kernels ignore what a request asks to be left out.
  setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  return fd;
}
