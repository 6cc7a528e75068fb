#include "sandbox/hold.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/clock.h"

enum { LOOK_AGAIN_MS = 20 };

struct held {
    struct MHD_Connection *connection;
    int64_t until_ms;
    int fd;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static struct held *held;
static size_t held_count, held_max;
static int wake[2] = {-1, -1};
static bool ending;

static bool client_gone(int fd)
{
    char byte;

    return fd >= 0 && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Resumes what is due; gives the time until the next look, -1 for never. */
static int hold_turn(bool all)
{
    int64_t now = clock_real_ms(), next = -1;

    for (size_t i = 0; i < held_count;) {
        int64_t left = held[i].until_ms - now;

        if (all || left <= 0 || client_gone(held[i].fd)) {
            MHD_resume_connection(held[i].connection);
            held[i] = held[--held_count];
            continue;
        }
        if (held[i].fd >= 0 && left > LOOK_AGAIN_MS)
            left = LOOK_AGAIN_MS;
        next = next < 0 || left < next ? left : next;
        i++;
    }
    return (int)next;
}

static void *hold_run(void *unused)
{
    struct pollfd bell = {.fd = wake[0], .events = POLLIN};
    char rung[64];
    int wait_ms = -1;
    bool end = false;

    (void)unused;
    while (!end) {
        if (poll(&bell, 1, wait_ms) > 0)
            (void)!read(wake[0], rung, sizeof rung);
        (void)pthread_mutex_lock(&lock);
        end = ending;
        wait_ms = hold_turn(end);
        (void)pthread_mutex_unlock(&lock);
    }
    return NULL;
}

bool hold_open(void)
{
    if (pipe(wake) != 0)
        return false;
    return pthread_create(&thread, NULL, hold_run, NULL) == 0;
}

bool hold_connection(struct MHD_Connection *connection, int64_t ms, int fd)
{
    (void)pthread_mutex_lock(&lock);
    if (ending) {
        (void)pthread_mutex_unlock(&lock);
        return false;
    }
    MHD_suspend_connection(connection);
    if (held_count == held_max) {
        held_max = held_max ? held_max * 2 : 64;
        held = mem_grow(held, held_max * sizeof *held);
    }
    held[held_count++] = (struct held){connection, clock_real_ms() + ms, fd};
    (void)pthread_mutex_unlock(&lock);
    (void)!write(wake[1], "", 1);
    return true;
}

void hold_done(void)
{
    (void)pthread_mutex_lock(&lock);
    ending = true;
    (void)pthread_mutex_unlock(&lock);
    (void)!write(wake[1], "", 1);
    (void)pthread_join(thread, NULL);
    (void)close(wake[0]);
    (void)close(wake[1]);
    free(held);
    held = NULL;
}
