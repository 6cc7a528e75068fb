/* fixture.h: what lies in tests/fixtures/<system>, for the tests that loop over the connectors: an
 * account with its settings, answers as they come from the wire, records as they stand in staging.
 * A new system needs its folder and no C.
 *
 * Owns: the fixture's arena and zone, until fixture_close. Errors: a file that is missing or wrong
 * fails the test. */
#ifndef TAGWERK_TESTS_CONTRACT_FIXTURE_H
#define TAGWERK_TESTS_CONTRACT_FIXTURE_H

#include "harness/harness.h"

#include "connector/connector.h"
#include "core/file.h"

struct fixture {
    const struct connector *connector;
    struct account account;
    struct zone zone;
    struct arena arena;
};

/* The account of fixtures/<system>/account.json; `options` (a JSON map, may be NULL) overrides it,
 * null unsets. */
void fixture_open(struct fixture *fixture, const struct connector *connector,
                  const struct node *options);
void fixture_close(struct fixture *fixture);

/* The bytes of a file of the system's folder; NULL when there is none. */
const char *fixture_bytes(struct arena *arena, const char *system, const char *name, size_t *len);
/* A file of the folder as JSON; NULL when there is none. */
const struct node *fixture_json(struct arena *arena, const char *system, const char *name);
void fixture_path(char out[static PATH_SIZE], const char *system, const char *name);

/* An answer as session.c hands it to a connector; what is not of the connector's format has no
 * root. */
struct response fixture_answer(struct fixture *fixture, int status, const char *body, size_t len);
struct request fixture_request(struct fixture *fixture);
void fixture_request_done(struct request *request);

const char *fixture_text(const struct node *node, const char *path, const char *otherwise);
int64_t fixture_number(const struct node *node, const char *path, int64_t otherwise);

#endif
