// System calls of the media loop: epoll, eventfd, timerfd and datagram sockets, without variadic functions or macros.
//
// Everything is a thin wrapper, so that one packet costs exactly two system calls and no conversion of addresses.
#ifndef SWITCHBOARD_MEDIA_IO_H
#define SWITCHBOARD_MEDIA_IO_H
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

// An IPv4 or IPv6 socket address in the kernel's own form.
typedef union media_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} media_address;

static inline socklen_t media_address_length(const media_address *address) {
    return address->any.sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

// Reads one datagram; the real length, also when it did not fit; negative when there is none.
static inline ssize_t media_receive(int socket, void *buffer, size_t capacity, media_address *from) {
    socklen_t length = sizeof(media_address);
    return recvfrom(socket, buffer, capacity, MSG_DONTWAIT | MSG_TRUNC, &from->any, &length);
}

static inline ssize_t media_send(int socket, const void *bytes, size_t count, const media_address *to) {
    return sendto(socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, &to->any, media_address_length(to));
}

static inline bool media_same_host(const media_address *a, const media_address *b) {
    if (a->any.sa_family != b->any.sa_family) return false;
    if (a->any.sa_family == AF_INET) return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    return __builtin_memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0;
}

// The port has the same place in both kinds of address.
static inline bool media_same_address(const media_address *a, const media_address *b) {
    return a->v4.sin_port == b->v4.sin_port && media_same_host(a, b);
}

static inline uint16_t media_address_port(const media_address *address) { return ntohs(address->v4.sin_port); }
static inline void media_address_set_port(media_address *address, uint16_t port) { address->v4.sin_port = htons(port); }

// False when the text is not a numeric IPv4 or IPv6 address.
bool media_address_parse(const char *text, uint16_t port, media_address *address);
// Writes the numeric host; the buffer needs INET6_ADDRSTRLEN (46) bytes.
bool media_address_host(const media_address *address, char *buffer, size_t capacity);

// A datagram socket bound to the address, never blocking; -1 with errno set when it cannot be had.
int media_socket_open(const media_address *local, int receive_buffer_bytes);
// The local port of a socket, which the system chose when it was bound to port 0; 0 when it has none.
uint16_t media_socket_port(int socket);
// A periodic monotonic timer; -1 with errno set.
int media_timer_open(uint32_t period_microseconds);
// Has `descriptor` reported with `token` while it is readable; -1 with errno set.
int media_poll_add(int poll, int descriptor, uint64_t token);
// Adds up what an eventfd or timerfd has counted since the last read; 0 when nothing.
static inline uint64_t media_counter_read(int descriptor) {
    uint64_t value = 0;
    return read(descriptor, &value, sizeof(value)) == (ssize_t)sizeof(value) ? value : 0;
}
static inline void media_counter_add(int descriptor) {
    uint64_t one = 1;
    // The only failure is a counter that is full, and then the reader is woken anyway.
    ssize_t written = write(descriptor, &one, sizeof(one));
    (void)written;
}

// errno, which Swift cannot read portably through this header.
static inline int media_last_error(void) { return errno; }

// Names the calling thread for ps, top and debuggers; the kernel keeps 15 bytes.
void media_name_thread(const char *name);

// Puts the calling thread before others of the machine; false where the system does not let the process do so.
bool media_raise_thread(void);

// Processor time that a thread of this process has used, in nanoseconds; 0 when it is gone.
int64_t media_thread_time(pthread_t thread);

// Monotonic time in microseconds.
static inline uint64_t media_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}
// Wall clock as a 64-bit NTP timestamp (RFC 3550, 4).
static inline uint64_t media_ntp_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec + 2208988800u) << 32 | ((uint64_t)now.tv_nsec << 32) / 1000000000u;
}
#endif
