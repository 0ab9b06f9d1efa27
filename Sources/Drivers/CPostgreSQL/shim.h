#pragma once
#include <libpq-fe.h>

/* Swift imports neither character macros nor OpenSSL's `SSL`, so both get a function here. */

static inline int pq_field_severity(void) { return PG_DIAG_SEVERITY_NONLOCALIZED; }
static inline int pq_field_sqlstate(void) { return PG_DIAG_SQLSTATE; }
static inline int pq_field_message(void) { return PG_DIAG_MESSAGE_PRIMARY; }
static inline int pq_field_detail(void) { return PG_DIAG_MESSAGE_DETAIL; }
static inline int pq_field_constraint(void) { return PG_DIAG_CONSTRAINT_NAME; }
static inline int pq_field_table(void) { return PG_DIAG_TABLE_NAME; }
static inline int pq_field_column(void) { return PG_DIAG_COLUMN_NAME; }

struct ssl_st;
int SSL_pending(const struct ssl_st *ssl);

/* Bytes that OpenSSL has decrypted but not handed over: poll(2) on the socket does not see them. */
static inline int pq_hidden_bytes(PGconn *connection) {
    const struct ssl_st *ssl = (const struct ssl_st *)PQsslStruct(connection, "OpenSSL");
    return ssl ? SSL_pending(ssl) : 0;
}
