/*
 * control: the paths below /_control, with which a test or a person looks into the sandbox and
 * changes it. JSON in, JSON out; never counted, never disturbed, never late.
 */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "sandbox/call.h"

#define CONTROL_PREFIX "/_control/"

void control_serve(struct call *c);
/* {"ok":true} or {"ok":false,"error":...} with 400. */
void control_answer(struct call *c, bool ok, const char *error);

#endif
