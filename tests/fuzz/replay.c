/* replay.c: what stands in for libFuzzer when kept inputs are only to pass again: every file of the
 * folders on the command line goes through the target once, and once more with too little memory.
 * The last name on standard error is the one that ended the process. */
#include "fuzz/fuzz.h"

/* Another amount for each input: from none to what most of them need. */
#define PIECES_STEP 11
#define PIECES_MAX 400

static void play(const struct buf *bytes)
{
    (void)LLVMFuzzerTestOneInput((const uint8_t *)buf_str(bytes), bytes->len);
}

static void play_short(const struct buf *bytes, size_t number)
{
    AUTO(buf_done) struct buf input = {0};
    size_t pieces = number * PIECES_STEP % PIECES_MAX;

    buf_char(&input, SHORTAGE);
    buf_char(&input, (char)('A' + pieces % 256));
    buf_char(&input, (char)('A' + pieces / 256));
    buf_put(&input, buf_str(bytes), bytes->len);
    play(&input);
}

static size_t replay(const char *folder, struct arena *arena)
{
    AUTO(buf_done) struct buf bytes = {0};
    const char *const *names;
    char path[PATH_SIZE];
    struct err err;
    size_t count;

    if (!folder_list(folder, arena, &names, &count, &err))
        must_hold(err.text, __FILE__, __LINE__);
    for (size_t i = 0; i < count; i++) {
        if (!path_join(path, &err, folder, names[i], NULL) || !file_read(path, &bytes, NULL, &err))
            must_hold(err.text, __FILE__, __LINE__);
        (void)fprintf(stderr, "%s\n", path);
        play(&bytes);
        play_short(&bytes, i);
        buf_reset(&bytes);
    }
    return count;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    size_t count = 0;

    for (int i = 1; i < argc; i++)
        count += replay(argv[i], &arena);
    (void)printf("replay: %zu inputs\n", count);
    arena_done(&arena);
    return count == 0;
}
