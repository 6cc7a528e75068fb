/* session.h: the one caller of the transport. A session belongs to one account for one run; it
 * signs, paces, retries what may be retried, inflates, parses, judges, counts, and never lets a
 * secret into a text.
 *
 * What may be retried: a call that never reached the far side, or of which the far side said that
 * it did nothing (429, a judge's ERR_RETRY), always; anything else only if the request changes
 * nothing. A changing request whose outcome is unknown comes back LOST, and the caller seeks before
 * it sends again.
 *
 * Owns: its exchanges' memory until exchange_done. Units: _ms. Errors: in the exchange. */
#ifndef TAGWERK_CONNECTOR_SESSION_H
#define TAGWERK_CONNECTOR_SESSION_H

#include "connector/connector.h"
#include "wire/gz.h"

enum fate {
    FATE_ANSWERED, /* judged fit to be read; err is clear */
    FATE_REFUSED,  /* the far side refused this request as a whole (4xx); err says why; it did
                      nothing */
    FATE_LOST,     /* it may have been done */
    FATE_DOWN,     /* the account is useless for this run; nothing was done by this request */
};

struct exchange {
    /* filled by the caller */
    struct request request;
    void *owner;
    struct arena arena; /* of request, response and what is read from it; the owner resets it */
    /* filled by the session */
    struct response response;
    enum fate fate;
    struct err err;
    struct buf decoded; /* the body, inflated */
    unsigned tries;
    int64_t not_before_ms;
    struct http_call call;
    struct exchange *link;
};

struct pace_log;

struct session {
    const struct account *account;
    struct http http;
    /* queues by `link`: not sent yet; come, but not read; through */
    struct exchange *waiting, *arrived, *finished;
    unsigned under_way, in_flight;
    bool down;
    struct err down_err;      /* why */
    unsigned pace_percent;    /* of the connector's paces */
    struct pace_log *logs;    /* what left lately, by pace */
    int64_t held_until_ms[2]; /* reads, writes: "too many requests" is meant for all of a kind */
    struct arena arena;
    struct gz_in gz;
    /* counted */
    uint64_t calls, writes, retries, bytes_in;
    int64_t waited_ms;
    const char *waits_for; /* for the progress line: "rate limit", "retry"; NULL: for answers */
};

MUST_CHECK bool session_open(struct session *session, const struct account *account,
                             struct err *err);
void session_close(struct session *session);

/* Empties an exchange for a new request. An all-zero exchange may be begun. Its arena goes on: what
 * earlier answers left there stays readable until the owner resets it. */
void exchange_begin(struct exchange *exchange);
/* Frees it, wherever it is: waiting, under way (its outcome stays unknown) or through. */
void exchange_done(struct session *session, struct exchange *exchange);

void session_start(struct session *session, struct exchange *exchange);
/* Waits until an exchange is through; NULL when none is under way. */
struct exchange *session_finish(struct session *session);
/* For callers with much to do between two answers: takes in what came and lets the next ones leave.
 * Costs next to nothing, so that it may be called for every record. */
void session_tend(struct session *session);

/* One question, one answer: start and finish with nothing else under way. */
MUST_CHECK bool session_ask(struct session *session, struct exchange *exchange, struct err *err);

/* `text` with every secret of the account replaced and control characters blanked, at most `max`
 * bytes. */
void session_redact(const struct account *account, const char *text, size_t max, struct buf *out);

#endif
