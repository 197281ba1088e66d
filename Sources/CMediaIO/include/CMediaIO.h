#ifndef SWITCHBOARD_MEDIA_IO_H
#define SWITCHBOARD_MEDIA_IO_H
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <unistd.h>
#endif
