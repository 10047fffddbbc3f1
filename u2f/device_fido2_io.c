/* SPDX-License-Identifier: Apache-2.0 */
#include "u2f/device_fido2_io.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "u2f/hid.h"

enum {
    OPEN_MS = 1000,
    /* A key that works on a request says so every 100 ms (CTAP 2.1, 11.2.9.2.1). */
    SILENCE_MS = 4000,
    FAILED = 0xbf, /* CTAPHID_ERROR */
    HEAD = 7,
    CHANNEL_BUSY = 6,
    NUMBER_SIZE = 16,
    DECIMAL = 10,
};

/* libfido2 passes the "path" on as it is: here, the number of an open descriptor. */
static void *open_key(const char *number)
{
    struct cs_fido2_io *io = calloc(1, sizeof *io);

    if (io != NULL)
        *io = (struct cs_fido2_io){.fd = (int)strtol(number, NULL, DECIMAL),
                                   .cancel_fd = -1,
                                   .deadline = cs_clock_ms() + OPEN_MS};
    return io;
}

static void close_key(void *handle)
{
    free(handle);
}

static int end(struct cs_fido2_io *io, enum cs_err why)
{
    io->ended = why;
    return -1;
}

/* Whether a report has come before `silence`, or libfido2's own bound, `milliseconds` (-1 for
 * none). The clock comes first: reports that keep coming must not outlast it. */
static bool wait_for_report(struct cs_fido2_io *io, int64_t silence, int milliseconds)
{
    struct pollfd entries[] = {{.fd = io->fd, .events = POLLIN},
                               {.fd = io->cancel_fd, .events = POLLIN}};

    for (;;) {
        bool silent = silence < io->deadline;
        int left = cs_clock_left(silent ? silence : io->deadline);
        bool over = left == 0;
        int ready = 0;

        if (milliseconds >= 0 && milliseconds <= left) {
            left = milliseconds;
            silent = false;
        }
        if (!over)
            ready = poll(entries, entries[1].fd < 0 ? 1 : CS_ARRAY_SIZE(entries), left);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready > 0 && entries[1].fd >= 0 && entries[1].revents != 0)
            io->ended = CS_ERR_CANCELLED;
        else if (ready == 0)
            io->ended = silent ? CS_ERR_UNAVAILABLE : CS_ERR_TIMEOUT;
        else if (ready < 0)
            io->ended = CS_ERR_UNAVAILABLE;
        return io->ended == CS_OK;
    }
}

int cs_fido2_read_report(void *handle, unsigned char *ret_report, size_t length, int milliseconds)
{
    struct cs_fido2_io *io = handle;
    int64_t begun = cs_clock_ms();
    ssize_t got;

    io->ended = CS_OK;
    if (length != CS_U2F_HID_PACKET)
        return end(io, CS_ERR_UNAVAILABLE);
    do {
        int left = milliseconds > 0 ? cs_clock_left(begun + milliseconds) : milliseconds;

        if (milliseconds > 0 && left == 0)
            return end(io, CS_ERR_TIMEOUT);
        if (!wait_for_report(io, begun + SILENCE_MS, left))
            return -1;
        got = read(io->fd, ret_report, length);
    } while ((got < 0 && (errno == EINTR || errno == EAGAIN)) ||
             (got == (ssize_t)length && !cs_equal_ct(ret_report, io->channel, sizeof io->channel)));
    if (got != (ssize_t)length)
        return end(io, CS_ERR_UNAVAILABLE);
    if (ret_report[4] == FAILED && ret_report[HEAD] == CHANNEL_BUSY)
        return end(io, CS_ERR_RESTING);
    return (int)length;
}

/* `report` starts with its number. */
static int write_report(void *handle, const unsigned char *report, size_t length)
{
    struct cs_fido2_io *io = handle;
    ssize_t sent;

    if (length > sizeof io->channel)
        memcpy(io->channel, report + 1, sizeof io->channel);
    do
        sent = write(io->fd, report, length);
    while (sent < 0 && errno == EINTR);
    io->ended = sent == (ssize_t)length ? CS_OK : CS_ERR_UNAVAILABLE;
    return sent == (ssize_t)length ? (int)length : -1;
}

fido_dev_t *cs_fido2_open(int fd)
{
    static const fido_dev_io_t functions = {open_key, close_key, cs_fido2_read_report,
                                            write_report};
    fido_dev_t *dev = fido_dev_new();
    char number[NUMBER_SIZE];

    if (dev == NULL)
        return NULL;
    (void)snprintf(number, sizeof number, "%d", fd);
    if (fido_dev_set_io_functions(dev, &functions) == FIDO_OK &&
        fido_dev_open(dev, number) == FIDO_OK && fido_dev_is_fido2(dev))
        return dev;
    cs_fido2_close(&dev);
    return NULL;
}

void cs_fido2_close(fido_dev_t **dev)
{
    if (*dev != NULL)
        cs_ignore(fido_dev_close(*dev) == FIDO_OK ? CS_OK : CS_ERR_UNAVAILABLE);
    fido_dev_free(dev);
}
