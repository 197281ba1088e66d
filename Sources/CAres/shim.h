#ifndef SWITCHBOARD_CARES_H
#define SWITCHBOARD_CARES_H

#include <ares.h>
#include <arpa/nameser.h>
#include <stdint.h>

// c-ares reads service records without their life, so the C library's own reader gives it.
// The shortest life of the answer's records in seconds; -1 for a message that is no answer.
static inline int64_t sb_ares_shortest_life(const unsigned char *message, int length) {
    ns_msg reader;
    if (length <= 0 || ns_initparse(message, length, &reader) < 0) return -1;
    int64_t shortest = -1;
    for (int index = 0; index < ns_msg_count(reader, ns_s_an); index++) {
        ns_rr record;
        if (ns_parserr(&reader, ns_s_an, index, &record) < 0) return -1;
        int64_t life = (int64_t)ns_rr_ttl(record);
        if (shortest < 0 || life < shortest) shortest = life;
    }
    return shortest;
}

#endif
