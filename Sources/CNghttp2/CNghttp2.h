// nghttp2: the frames of HTTP/2 and HPACK.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <nghttp2/nghttp2.h>

struct cnghttp2_calls {
  int (*header)(nghttp2_session *, const nghttp2_frame *, const uint8_t *, size_t, const uint8_t *, size_t, uint8_t,
                void *);
  int (*frame)(nghttp2_session *, const nghttp2_frame *, void *);
  int (*data)(nghttp2_session *, uint8_t, int32_t, const uint8_t *, size_t, void *);
  int (*closed)(nghttp2_session *, int32_t, uint32_t, void *);
};

// A client's session that has announced large windows and no push; null where memory does not suffice.
static inline nghttp2_session *cnghttp2_start(const struct cnghttp2_calls *calls, int32_t window, void *owner) {
  nghttp2_session_callbacks *callbacks;
  nghttp2_session *session = 0;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return 0;
  nghttp2_session_callbacks_set_on_header_callback(callbacks, calls->header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, calls->frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, calls->data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, calls->closed);
  if (nghttp2_session_client_new(&session, callbacks, owner) != 0) session = 0;
  nghttp2_session_callbacks_del(callbacks);
  if (!session) return 0;
  nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, (uint32_t)window},
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
  };
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, sizeof settings / sizeof *settings);
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, window);
  return session;
}

// Begins a stream; with `read` it has a body. The number of the stream, or an error below 0.
static inline int32_t cnghttp2_submit(nghttp2_session *session, const nghttp2_nv *fields, size_t count,
                                      nghttp2_data_source_read_callback read) {
  nghttp2_data_provider provider = {.read_callback = read};
  return nghttp2_submit_request(session, 0, fields, count, read ? &provider : 0, 0);
}

static inline int cnghttp2_is_headers(const nghttp2_frame *frame) { return frame->hd.type == NGHTTP2_HEADERS; }
static inline int cnghttp2_is_goaway(const nghttp2_frame *frame) { return frame->hd.type == NGHTTP2_GOAWAY; }
static inline int cnghttp2_ends(const nghttp2_frame *frame) {
  return (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
         (frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
}
static inline int cnghttp2_cancel(nghttp2_session *session, int32_t stream) {
  return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}
