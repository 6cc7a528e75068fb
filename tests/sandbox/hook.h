/*
 * hook: webhooks on their way: sent by a thread of their own, and retried on the sandbox's clock.
 *
 * A system writes the message; how often and when it is tried again stands in one row per sender
 * in hook.c. Messages of one source (a registration) can be taken back, and a source that a
 * message of was given up can be recognised.
 *
 * Owns: copies of all messages.
 */
#ifndef SANDBOX_HOOK_H
#define SANDBOX_HOOK_H

#include "sandbox/text.h"

enum hook_sender { HOOK_SENDCLOUD, HOOK_WEMALO, HOOK_BILLBEE, HOOK_SENDERS };

struct hook_message {
    const char *url, *body;
    const char *headers; /* further header lines, each with its line end; may be "" */
    enum hook_sender sender;
    uint64_t source;
};

bool hook_open(void);
void hook_done(void);
/* False for anything that does not stay on this machine. */
bool hook_url_local(const char *url);
/* All at once, in this order. */
void hook_send(const struct hook_message *messages, size_t count);
void hook_forget(uint64_t source);
bool hook_gave_up(uint64_t source);
/* Counts of a sender: due, waiting, delivered, refused, failed, next_ms. */
void hook_text(struct text *t, enum hook_sender sender);

#endif
