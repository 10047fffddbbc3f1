/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replaces libFuzzer if there is no Clang: runs the fuzzer once on each named file, or file in a
 * named folder. Fails if there is nothing to replay.
 */
#include <errno.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OPEN_FOLDERS = 8 };

static unsigned long replayed; /* nftw passes no context */

static int replay_file(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    size_t size = (size_t)status->st_size;
    uint8_t *data;
    FILE *file;

    (void)place;
    if (kind == FTW_D)
        return 0;
    if (kind != FTW_F) {
        fprintf(stderr, "%s: not a readable file\n", path);
        return 1;
    }
    /* Exactly as large as the input, so that a sanitizer sees the first byte read beyond it. */
    data = malloc(size > 0 ? size : 1);
    file = fopen(path, "rbe");
    if (data == NULL || file == NULL || fread(data, 1, size, file) != size) {
        fprintf(stderr, "%s: cannot be read\n", path);
        if (file != NULL)
            (void)fclose(file);
        free(data);
        return 1;
    }
    (void)fclose(file);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    replayed++;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        errno = 0;
        if (nftw(argv[i], replay_file, OPEN_FOLDERS, 0) != 0) {
            if (errno != 0)
                fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
            return 1;
        }
    }
    if (replayed == 0) {
        fprintf(stderr, "nothing to replay\n");
        return 1;
    }
    printf("%lu inputs replayed\n", replayed);
    return 0;
}
