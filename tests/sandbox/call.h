/*
 * call: one request on its way through the sandbox, and the answer it gets.
 *
 * serve reads the bytes and fills in the request half; the system that owns the path names the
 * call and fills in the reply; fault may spoil either. One thread runs all calls, one after the
 * other, so the systems need no locks.
 *
 * Owns: every text in it.
 * Borrows: the connection, the system, the base address.
 * Units: delay_ms is real time.
 */
#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

#include <jansson.h>

#include "sandbox/fault.h"

struct MHD_Connection;
struct system;

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_OTHER };

/* How the bytes of the answer leave. */
enum wire {
    WIRE_WHOLE,      /* as HTTP wants it */
    WIRE_DRIP,       /* whole, but in small slow pieces */
    WIRE_SILENCE,    /* nothing; the connection stays open until the client gives up */
    WIRE_RESET,      /* reset before the first byte */
    WIRE_RESET_HEAD, /* reset inside the status line */
    WIRE_RESET_BODY, /* header, half of the body, reset */
    WIRE_CUT_BODY,   /* header, half of the body, end of connection */
    WIRE_CUT_GZIP    /* whole HTTP around half a gzip stream */
};

struct pair {
    char *name, *value;
};

struct reply {
    int status;
    const char *type;
    struct text body;
    struct pair headers[8];
    size_t header_count;
    bool gzip;    /* may be compressed when the client accepts it */
    bool chunked; /* length not announced */
    enum wire wire;
    int64_t delay_ms;
};

struct call {
    struct MHD_Connection *connection;
    const struct system *system;
    enum method method;
    const char *method_name;
    char *path;
    struct pair *query;
    size_t query_count;
    char *authorization, *accept_encoding, *partner_id;
    struct text body;

    char name[96];    /* what counts, log and faults call it */
    bool write;       /* asks to change something */
    size_t items;     /* records asked or answered, for the log */
    void *prepared;   /* of the system, between identify and serve */
    const char *base; /* "http://127.0.0.1:4711" */

    struct fault_hit fault;
    struct reply reply;

    int stage; /* of serve */
    size_t sent;
    struct text packed;
};

/* First value of a query parameter, NULL when absent. */
const char *call_query(const struct call *c, const char *name);
/* A number from the query, or otherwise. */
int64_t call_query_int(const struct call *c, const char *name, int64_t otherwise);
/* A header of the request, NULL when absent; only while the call is being served. */
const char *call_sent(const struct call *c, const char *name);
void call_header(struct call *c, const char *name, const char *value);
/* Replaces the answer; the body is left empty for the caller to write. */
void call_answer(struct call *c, int status, const char *type);
/* Same, with a body. */
void call_answer_text(struct call *c, int status, const char *type, const char *body);
/* Same, as JSON; takes the reference over. */
void call_answer_json(struct call *c, int status, json_t *body);
/* The library walks only objects that it might change; we promise not to. */
json_t *json_steps(const json_t *object);
/* "/a/{id}/b" against "/a/12/b"; up to two captured parts of at most 127 bytes. */
struct path_parts {
    char part[2][128];
};
bool path_matches(const char *path, const char *pattern, struct path_parts *out);

#endif
