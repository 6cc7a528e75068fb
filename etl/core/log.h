/* log.h: what the program says while it works. Only step/ and cli.c speak at info or above;
 * everything below returns errors. In cron: quiet but for warnings and one line per fact,
 * `key=value`, to stderr.
 *
 * Values are quoted when they need it. No personal data, no secrets: callers pass codes, ids and
 * counts. */
#ifndef TAGWERK_CORE_LOG_H
#define TAGWERK_CORE_LOG_H

#include "core/base.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_level_set(enum log_level level);
/* `event` is one word; then key, value pairs of texts, ended by NULL. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
