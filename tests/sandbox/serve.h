/*
 * serve: HTTP on 127.0.0.1, and nothing but HTTP.
 *
 * Reads whole requests, lets run_call answer them, and sends the answers: plain or chunked, gzip
 * or not, late, in drips, cut off or not at all. One thread; waiting connections are suspended.
 */
#ifndef SANDBOX_SERVE_H
#define SANDBOX_SERVE_H

#include "sandbox/call.h"

/* Listens; port 0 takes any free one. Gives the port, 0 on failure. */
uint16_t serve_open(uint16_t port);
void serve_done(void);

/* Decides the answer of one whole request. */
void run_call(struct call *c);

#endif
