#ifndef SWITCHBOARD_CPOSTGRES_H
#define SWITCHBOARD_CPOSTGRES_H

#include <libpq-fe.h>

// The library writes notices of the server to the standard error output unless somebody takes them.
static void sb_pg_drop_notice(void *context, const char *message) {
    (void)context;
    (void)message;
}
static inline void sb_pg_drop_notices(PGconn *connection) {
    PQsetNoticeProcessor(connection, sb_pg_drop_notice, NULL);
}

#endif
