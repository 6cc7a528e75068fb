/* inbox.h: where webhooks arrive. `tagwerk inbox serve` (libmicrohttpd, the only file that includes
 * it) checks the signature over the raw bytes in constant time, writes the body durably into
 * staging/inbox/<account>/ and only then answers 200. Wrong signature 401, unknown address 404,
 * wrong method 405, too big 413, disk trouble 503; in none of these is anything stored. A run takes
 * the files as hints of what to read, never as truth.
 *
 * The inbox does not know connectors: whoever serves hands it a judge. Files are named by arrival
 * time and a digest of the body, <milliseconds>-<digest>.json; an event that is delivered again
 * while its file waits is answered 200 and stored once. One thread serves at most 64 connections,
 * each closed after 10 s of silence, so nobody blocks it.
 *
 * Owns: the server and its thread until inbox_stop; judges run on that thread. Errors: ERR_SETUP
 * (address or port), ERR_STORE. */
#ifndef TAGWERK_STORE_INBOX_H
#define TAGWERK_STORE_INBOX_H

#include "core/arena.h"
#include "core/err.h"

#define INBOX_BODY_MAX ((size_t)1 << 20)

/* What an address is good for. */
struct inbox_door {
    const char *path;             /* "/sendcloud/NAME": exact */
    const char *account;          /* folder below staging/inbox */
    const char *signature_header; /* compared without case */
    bool (*genuine)(const void *context, const char *signature, const void *body, size_t len);
    const void *context;
};

struct inbox;

/* Listens on address:port (a numeric address; port 0: any free one, *port says which). `doors` ends
 * with {0} and lives as long as the inbox. */
MUST_CHECK bool inbox_start(const char *home, const char *address, unsigned *port,
                            const struct inbox_door *doors, struct inbox **out, struct err *err);
/* At once: what was not answered comes again, since senders retry. NULL is fine. */
void inbox_stop(struct inbox *inbox);
/* Since the start: files written, and requests answered with anything but 200. */
void inbox_counts(const struct inbox *inbox, uint64_t *stored, uint64_t *refused);

struct inbox_file {
    const char *path;
    const char *body; /* NUL behind it */
    size_t len;
};
/* Up to `most` waiting files of an account, oldest first. They are handed out as they are; one that
 * cannot be read comes with an empty body, so that it is taken away like the others. */
MUST_CHECK bool inbox_waiting(const char *home, const char *account, size_t most,
                              struct arena *arena, struct inbox_file **out, size_t *count,
                              struct err *err);
MUST_CHECK bool inbox_taken(const struct inbox_file *file, struct err *err); /* removes it */

#endif
