// System calls of the template and the session processes that Swift cannot make itself, and the two signal handlers of a
// session process. Handlers call async-signal-safe functions only, hence they are in C.
#ifndef SWITCHBOARD_SCRIPT_PROCESS_H
#define SWITCHBOARD_SCRIPT_PROCESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: Server and template

// Two connected sockets that programs started later do not inherit, the second above 4; false with errno set. What is sent
// as a packet arrives as one.
bool script_socket_pair(int sockets[2], bool packets);
// Sends a packet with a copy of a descriptor, never waiting: 0, or errno.
int script_send_descriptor(int socket, const void *bytes, size_t count, int descriptor);
// Takes a packet and its descriptor (-1 without one), never waiting: its length, negative when there is none.
ssize_t script_receive_descriptor(int socket, void *bytes, size_t capacity, int *descriptor);

// MARK: Template

// What every process here wants: nothing that it starts can gain rights.
void script_give_up_privileges(void);
// Threads of this process.
int script_thread_count(void);
// Blocks SIGCHLD but for the wait below, which it ends.
void script_hold_child_signals(void);
// Waits until the descriptor can be read (true) or a child has ended (false).
bool script_wait_for_input(int descriptor);
// Ends this process by SIGPROF after a processor time; 0 takes the limit away.
void script_limit_processor_time(unsigned milliseconds);
pid_t script_fork(void);

// MARK: Session process

// What a session process needs to judge itself and to say so in a frame of WorkerProtocol.
typedef struct script_rules {
    uint64_t subject;
    // Processor time and growth of one callback.
    unsigned milliseconds;
    size_t bytes;
    // Frame kinds and reasons.
    uint8_t batch, killed, time, memory;
} script_rules;

// After the fork: leaves the template's sockets, makes `socket` descriptor 3, ends the process when the other end closes it
// (also while a script loops), and watches callbacks from now on. False with errno set.
bool script_become_session(int socket, const script_rules *rules);
// Anonymous resident bytes.
size_t script_memory(void);

// Begins a callback: its commands are collected, its time and memory are watched.
void script_callback_begin(void);
// Processor time of the callback so far, in steps of 50 ms.
unsigned script_callback_used(void);
// Gives the callback its time and memory anew.
void script_callback_renew(void);
// Adds a command, a JSON text; false when the batch would be larger than a frame may be, or without memory.
bool script_outbox_append(const char *json, size_t count);
// Room for a command of at most `capacity` bytes, which `script_outbox_commit` adds; NULL as above.
char *script_outbox_reserve(size_t capacity);
void script_outbox_commit(size_t count);
// Ends the callback and sends its batch; false when the server has closed the socket.
bool script_callback_end(void);
// Sends what there is of the batch with the reason and ends the process.
void script_callback_kill(uint8_t reason) __attribute__((noreturn));
#endif
