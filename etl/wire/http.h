/* http.h: HTTP over libcurl's multi interface, the only file that includes it. One struct http
 * serves all accounts of a process: calls are started, and finish in whatever order they please. It
 * knows nothing of retries, paces or systems (connector/session.c does) and takes bodies as they
 * come: gzip is asked for and handed on encoded.
 *
 * One start is at most one request: libcurl's silent second try, when a kept connection turns out
 * to be dead, is held back, for the first may have been acted on. TLS is verified, redirects are
 * not followed, only http and https are spoken, cookies are ignored. A proxy is used where the
 * environment names one (https_proxy, http_proxy, all_proxy, no_proxy), as people are used to.
 *
 * Owns: the connections, and each call's response until http_call_done.
 * Errors: per call, in `fate`: what is sure about whether the far side has seen the request. */
#ifndef TAGWERK_WIRE_HTTP_H
#define TAGWERK_WIRE_HTTP_H

#include "core/buf.h"
#include "core/err.h"
#include "wire/url.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

enum http_fate {
    HTTP_UNDER_WAY,
    HTTP_ANSWERED, /* status and body are whole */
    HTTP_UNSENT,   /* never reached the far side: refused, no such host, TLS, connect time-out */
    HTTP_LOST,     /* left us, and no whole answer came: it may have been done */
};

struct http_header {
    const char *name, *value;
};

struct http_call {
    /* the question: borrowed until the call is finished */
    enum http_method method;
    const char *url;
    const struct http_header *headers; /* ends with {0} */
    const void *body;
    size_t body_len;
    unsigned connect_ms, timeout_ms;
    size_t answer_max; /* bytes; more is HTTP_LOST with a text that says so */
    void *owner;
    /* the answer: owned */
    enum http_fate fate;
    int status;
    struct buf answer; /* as it came */
    bool answer_is_gzip;
    struct buf answer_headers; /* "name: value\n" lines, names in lower case */
    char trouble[256];         /* why it is UNSENT or LOST; without secrets */
    void *handle;              /* libcurl's, kept for the next use of this call */
    struct http_call *next;    /* among those that finished without libcurl */
};

struct http {
    void *multi;
    unsigned under_way;
    struct http_call *finished;
    int64_t glanced_ms;
};

MUST_CHECK bool http_open(struct http *http, struct err *err);
void http_close(struct http *http);

void http_start(struct http *http, struct http_call *call);
/* The next finished call, or NULL after wait_ms (0: only look). */
struct http_call *http_finish(struct http *http, int64_t wait_ms);
/* Like http_finish(0), but looks at most once a millisecond. */
struct http_call *http_glance(struct http *http);
/* Frees the answer and the handle. */
void http_call_done(struct http *http, struct http_call *call);

/* Value of an answer header ("retry-after"), copied into scratch; NULL when absent. */
const char *http_header(const struct http_call *call, const char *name, struct buf *scratch);
/* "Sun, 06 Nov 1994 08:49:37 GMT": UNSAID when it is not a date. */
int64_t http_date_utc(const char *text);

#endif
