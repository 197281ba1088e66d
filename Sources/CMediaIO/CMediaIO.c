#include "CMediaIO.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

bool media_address_parse(const char *text, uint16_t port, media_address *address) {
    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
    } else if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
    } else {
        return false;
    }
    media_address_set_port(address, port);
    return true;
}

bool media_address_host(const media_address *address, char *buffer, size_t capacity) {
    const void *host = address->any.sa_family == AF_INET6 ? (const void *)&address->v6.sin6_addr
                                                          : (const void *)&address->v4.sin_addr;
    return inet_ntop(address->any.sa_family, host, buffer, (socklen_t)capacity) != NULL;
}

int media_socket_open(const media_address *local, int receive_buffer_bytes) {
    int family = local->any.sa_family;
    int descriptor = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    // Best effort: a host that refuses these still carries audio. 0xB8 is DSCP EF (RFC 3246).
    int expedited = 0xB8, only = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(receive_buffer_bytes));
    if (family == AF_INET6) {
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_TCLASS, &expedited, sizeof(expedited));
    } else {
        setsockopt(descriptor, IPPROTO_IP, IP_TOS, &expedited, sizeof(expedited));
    }
    if (bind(descriptor, &local->any, media_address_length(local)) < 0) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return -1;
    }
    return descriptor;
}

uint16_t media_socket_port(int socket) {
    media_address local;
    socklen_t length = sizeof(local);
    return getsockname(socket, &local.any, &length) < 0 ? 0 : media_address_port(&local);
}

int media_timer_open(uint32_t period_microseconds) {
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor < 0) return -1;
    struct timespec period = {period_microseconds / 1000000, (long)(period_microseconds % 1000000) * 1000};
    struct itimerspec timer = {period, period};
    if (timerfd_settime(descriptor, 0, &timer, NULL) < 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int media_poll_add(int poll, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = token}};
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

void media_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int64_t media_thread_time(pthread_t thread) {
    clockid_t clock;
    struct timespec time;
    if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool media_raise_thread(void) { return setpriority(PRIO_PROCESS, 0, -10) == 0; }
