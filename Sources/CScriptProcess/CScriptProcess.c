#define _GNU_SOURCE
#include "CScriptProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

// MARK: Sockets

bool script_socket_pair(int sockets[2], bool packets) {
    if (socketpair(AF_UNIX, (packets ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0, sockets) < 0) return false;
    // The second is for a program that wants it under a small number: it must not lie where another of its kind will go.
    if (sockets[1] > 4) return true;
    int higher = fcntl(sockets[1], F_DUPFD_CLOEXEC, 5);
    int error = errno;
    close(sockets[1]);
    if (higher < 0) close(sockets[0]);
    sockets[1] = higher;
    errno = error;
    return higher >= 0;
}

typedef union control_buffer {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
} control_buffer;

int script_send_descriptor(int socket, const void *bytes, size_t count, int descriptor) {
    control_buffer control = {0};
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? errno : 0;
}

ssize_t script_receive_descriptor(int socket, void *bytes, size_t capacity, int *descriptor) {
    control_buffer control = {0};
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    *descriptor = -1;
    ssize_t count;
    do count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0) return count;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    }
    return count;
}

// MARK: Template

void script_give_up_privileges(void) { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int script_thread_count(void) {
    // Every thread is a folder, and a folder counts the folders in it and itself twice.
    struct stat tasks;
    return stat("/proc/self/task", &tasks) == 0 ? (int)tasks.st_nlink - 2 : -1;
}

static void child_has_ended(int signal) { (void)signal; }

void script_hold_child_signals(void) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    struct sigaction action = {.sa_handler = child_has_ended};
    sigaction(SIGCHLD, &action, NULL);
}

bool script_wait_for_input(int descriptor) {
    sigset_t none;
    sigemptyset(&none);
    struct pollfd watched = {.fd = descriptor, .events = POLLIN};
    return ppoll(&watched, 1, NULL, &none) > 0;
}

void script_limit_processor_time(unsigned milliseconds) {
    struct itimerval limit = {
        .it_value = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000}};
    setitimer(ITIMER_PROF, &limit, NULL);
}

pid_t script_fork(void) { return fork(); }

// MARK: Session process

enum { session_socket = 3, slice_milliseconds = 50, largest_batch = (16 << 20) - 64 };

// The batch that grows: a frame's header, for `killed` a reason, then the JSON list. `batch` has no reason, so its header
// begins one byte later and both end before the list.
enum { list_offset = 14 };

static struct {
    script_rules rules;
    int statistics;
    size_t page;
    char *bytes;
    size_t capacity;
    // Bytes that are complete, and whether the rest is being changed.
    volatile size_t count;
    volatile sig_atomic_t is_changing;
    volatile sig_atomic_t is_running;
    volatile sig_atomic_t slices;
    size_t memory_at_begin;
} session = {.statistics = -1};

static bool write_all(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = send(session_socket, bytes, count, MSG_NOSIGNAL);
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static void put_number(char *bytes, uint64_t number, int size) {
    for (int index = 0; index < size; index++) bytes[index] = (char)(number >> (8 * (size - 1 - index)));
}

// Sends the batch from `start` on, with the list closed.
static bool send_batch(size_t start, uint8_t kind) {
    session.bytes[session.count] = ']';
    size_t end = session.count + 1;
    put_number(session.bytes + start, end - start - 4, 4);
    session.bytes[start + 4] = (char)kind;
    put_number(session.bytes + start + 5, session.rules.subject, 8);
    return write_all(session.bytes + start, end - start);
}

// Also called by a handler, so nothing here may wait for a lock of the code that was interrupted.
void script_callback_kill(uint8_t reason) {
    session.bytes[list_offset - 1] = (char)reason;
    send_batch(0, session.rules.killed);
    _exit(0);
}

// Fields 2 and 3 of "total resident shared …" are resident pages and those of files.
size_t script_memory(void) {
    char text[128];
    ssize_t count = pread(session.statistics, text, sizeof(text), 0);
    size_t fields[3] = {0};
    for (ssize_t index = 0, field = 0; index < count && field < 3; index++) {
        if (text[index] == ' ') field++;
        else fields[field] = fields[field] * 10 + (size_t)(text[index] - '0');
    }
    return fields[1] > fields[2] ? (fields[1] - fields[2]) * session.page : 0;
}

// Every 50 ms of processor time.
static void look_at_callback(int signal) {
    (void)signal;
    if (!session.is_running) return;
    int error = errno;
    session.slices++;
    if (!session.is_changing) {
        size_t memory = script_memory();
        if (memory > session.memory_at_begin && memory - session.memory_at_begin > session.rules.bytes) {
            script_callback_kill(session.rules.memory);
        }
        if ((unsigned)session.slices * slice_milliseconds >= session.rules.milliseconds) {
            script_callback_kill(session.rules.time);
        }
    }
    errno = error;
}

static void look_at_socket(int signal) {
    (void)signal;
    int error = errno;
    struct pollfd watched = {.fd = session_socket, .events = POLLRDHUP};
    if (poll(&watched, 1, 0) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL))) _exit(0);
    errno = error;
}

static bool watch_socket(void) {
    struct sigaction action = {.sa_handler = look_at_socket, .sa_flags = SA_RESTART};
    if (sigaction(SIGIO, &action, NULL) < 0) return false;
    if (fcntl(session_socket, F_SETOWN, getpid()) < 0) return false;
    int flags = fcntl(session_socket, F_GETFL);
    if (flags < 0 || fcntl(session_socket, F_SETFL, (flags & ~O_NONBLOCK) | O_ASYNC) < 0) return false;
    // It may have been closed before somebody looked.
    look_at_socket(SIGIO);
    return true;
}

static bool watch_callbacks(void) {
    struct sigaction action = {.sa_handler = look_at_callback, .sa_flags = SA_RESTART};
    if (sigaction(SIGPROF, &action, NULL) < 0) return false;
    struct timeval slice = {.tv_usec = slice_milliseconds * 1000};
    struct itimerval timer = {.it_interval = slice, .it_value = slice};
    return setitimer(ITIMER_PROF, &timer, NULL) == 0;
}

bool script_become_session(int socket, const script_rules *rules) {
    if (socket != session_socket) {
        if (dup2(socket, session_socket) < 0) return false;
        close(socket);
    }
    session.rules = *rules;
    session.is_running = 0;
    session.page = (size_t)sysconf(_SC_PAGESIZE);
    // A descriptor of the parent's file would tell the parent's figures.
    if (session.statistics >= 0) close(session.statistics);
    session.statistics = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (session.statistics < 0) return false;
    prctl(PR_SET_NAME, "script-session", 0, 0, 0);
    signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return watch_callbacks() && watch_socket();
}

char *script_outbox_reserve(size_t capacity) {
    size_t needed = session.count + capacity + 2;
    if (capacity > largest_batch || needed > largest_batch) return NULL;
    session.is_changing = 1;
    if (needed > session.capacity) {
        size_t larger = session.capacity < 2048 ? 4096 : session.capacity * 2;
        if (larger < needed) larger = needed;
        char *moved = realloc(session.bytes, larger);
        if (!moved) {
            session.is_changing = 0;
            return NULL;
        }
        session.bytes = moved;
        session.capacity = larger;
    }
    size_t comma = session.count > list_offset + 1 ? 1 : 0;
    if (comma) session.bytes[session.count] = ',';
    return session.bytes + session.count + comma;
}

void script_outbox_commit(size_t count) {
    session.count += count + (session.count > list_offset + 1 ? 1 : 0);
    session.is_changing = 0;
}

bool script_outbox_append(const char *json, size_t count) {
    char *room = script_outbox_reserve(count);
    if (!room) return false;
    memcpy(room, json, count);
    script_outbox_commit(count);
    return true;
}

void script_callback_begin(void) {
    // A large batch of before is not kept.
    if (session.capacity > 1 << 16) {
        free(session.bytes);
        session.bytes = NULL;
        session.capacity = 0;
    }
    session.count = list_offset + 1;
    if (session.capacity == 0) {
        session.bytes = malloc(4096);
        if (!session.bytes) _exit(1);
        session.capacity = 4096;
    }
    session.bytes[list_offset] = '[';
    session.is_changing = 0;
    script_callback_renew();
    session.is_running = 1;
}

unsigned script_callback_used(void) { return (unsigned)session.slices * slice_milliseconds; }

void script_callback_renew(void) {
    session.slices = 0;
    if (session.statistics >= 0) session.memory_at_begin = script_memory();
}

bool script_callback_end(void) {
    session.is_running = 0;
    return send_batch(1, session.rules.batch);
}
