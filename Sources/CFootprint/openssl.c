// What OpenSSL drags in and a client of TLS that reads certificates never calls: functions that answer nothing.
// With provider.c this halves the library.
#include "CFootprint.h"
#include <openssl/obj_mac.h>
#include <stddef.h>

#define NONE(name) \
  long name(void); \
  long name(void) { return 0; }
#define ONE(name) \
  long name(void); \
  long name(void) { return 1; }
#define ZEROS(name) \
  extern void *name[8]; \
  void *name[8] = {NULL}

// The words of the parts that are here.
#define WORDS(name) int ossl_err_load_##name##_strings(void)
WORDS(ERR); WORDS(ASN1); WORDS(BN); WORDS(CRYPTO); WORDS(EC); WORDS(EVP); WORDS(PEM); WORDS(PROV); WORDS(RSA); WORDS(X509); WORDS(X509V3);
#define LOAD(name) ossl_err_load_##name##_strings()
int ossl_err_load_crypto_strings(void);
int ossl_err_load_crypto_strings(void) {
  return LOAD(ERR) && LOAD(ASN1) && LOAD(BN) && LOAD(CRYPTO) && LOAD(EC) && LOAD(EVP) && LOAD(PEM) && LOAD(PROV) && LOAD(RSA)
         && LOAD(X509) && LOAD(X509V3);
}

// The algorithms that have a name of their own beside the provider's: those that files name. Of a cipher the name is
// enough, and what the dialog about a password asks for; the rest is the provider's (evp_cipher_init_internal).
#define LEGACY(name) const void *EVP_##name(void)
LEGACY(md5); LEGACY(sha1); LEGACY(sha224); LEGACY(sha256); LEGACY(sha384); LEGACY(sha512);
int EVP_add_cipher(const void *cipher);
int EVP_add_digest(const void *digest);
// How evp_cipher_st begins.
enum { CBC = 0x1002, GLOBAL = 1 };  // EVP_CIPH_CBC_MODE | EVP_CIPH_FLAG_DEFAULT_ASN1, EVP_ORIG_GLOBAL
struct cipher {
  int algorithm, block_size, key_size, iv_size;
  unsigned long flags;
  int origin;
  void *none[32];
};
void openssl_add_all_ciphers_int(void);
void openssl_add_all_ciphers_int(void) {
  static const struct cipher ciphers[] = {
    {NID_aes_128_cbc, 16, 16, 16, CBC, GLOBAL, {NULL}},
    {NID_aes_192_cbc, 16, 24, 16, CBC, GLOBAL, {NULL}},
    {NID_aes_256_cbc, 16, 32, 16, CBC, GLOBAL, {NULL}}};
  for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++) EVP_add_cipher(&ciphers[i]);
}
void openssl_add_all_digests_int(void);
void openssl_add_all_digests_int(void) {
  const void *digests[] = {EVP_md5(), EVP_sha1(), EVP_sha224(), EVP_sha256(), EVP_sha384(), EVP_sha512()};
  for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) EVP_add_digest(digests[i]);
}

// The curves of NIST by the code for all curves: P-256's own has 150 KB of products worked out in advance.
const void *EC_GFp_mont_method(void);
#define CURVE(name) \
  const void *EC_GFp_##name##_method(void); \
  const void *EC_GFp_##name##_method(void) { return EC_GFp_mont_method(); }
CURVE(nistz256) CURVE(nistp224) CURVE(nistp256) CURVE(nistp521)

// Engines, which are loaded from files.
NONE(ENGINE_by_id); NONE(ENGINE_finish); NONE(ENGINE_free); NONE(ENGINE_get_DH); NONE(ENGINE_get_EC);
NONE(ENGINE_get_RAND); NONE(ENGINE_get_RSA); NONE(ENGINE_get_cipher); NONE(ENGINE_get_cipher_engine);
NONE(ENGINE_get_default_DH); NONE(ENGINE_get_default_EC); NONE(ENGINE_get_default_RAND); NONE(ENGINE_get_default_RSA);
NONE(ENGINE_get_digest); NONE(ENGINE_get_digest_engine); NONE(ENGINE_get_id); NONE(ENGINE_get_pkey_asn1_meth);
NONE(ENGINE_get_pkey_asn1_meth_engine); NONE(ENGINE_get_pkey_meth); NONE(ENGINE_get_pkey_meth_engine);
NONE(ENGINE_get_ssl_client_cert_function); NONE(ENGINE_init); NONE(ENGINE_load_builtin_engines);
NONE(ENGINE_load_ssl_client_cert); NONE(ENGINE_pkey_asn1_find_str); NONE(ENGINE_register_all_complete);
NONE(engine_cleanup_int); NONE(engine_load_afalg_int); NONE(engine_load_dynamic_int); NONE(engine_load_openssl_int);
NONE(engine_load_padlock_int);

// Configuration files, modules, stores and folders of certificates, sockets of their own: files are read by the box.
NONE(BIO_closesocket); NONE(BIO_socket_wait); NONE(DSO_bind_func); NONE(DSO_convert_filename); NONE(DSO_ctrl);
NONE(DSO_free); NONE(DSO_get_filename); NONE(DSO_load); NONE(DSO_merge); NONE(DSO_new);
NONE(OPENSSL_load_builtin_modules); NONE(OSSL_CMP_log_close); NONE(OSSL_HTTP_get); NONE(OSSL_STORE_INFO_free);
NONE(OSSL_STORE_INFO_get0_CERT); NONE(OSSL_STORE_INFO_get0_NAME); NONE(OSSL_STORE_INFO_get_type);
NONE(OSSL_STORE_close); NONE(OSSL_STORE_eof); NONE(OSSL_STORE_error); NONE(OSSL_STORE_load); NONE(OSSL_STORE_open);
NONE(X509_LOOKUP_file); NONE(X509_LOOKUP_hash_dir); NONE(X509_LOOKUP_store); ZEROS(bio_lookup_lock);
NONE(bio_sock_cleanup_int); NONE(ossl_config_int); NONE(ossl_no_config_int); NONE(ossl_store_cleanup_int);
ONE(ossl_store_loader_store_cache_flush); ONE(ossl_store_loader_store_remove_all_provided);
NONE(ssl_ctx_system_config);

// The side of the server.
NONE(ossl_statem_server_construct_message); NONE(ossl_statem_server_max_message_size);
NONE(ossl_statem_server_post_process_message); NONE(ossl_statem_server_post_work); NONE(ossl_statem_server_pre_work);
NONE(ossl_statem_server_process_message); NONE(ossl_statem_server_read_transition);
NONE(ossl_statem_server_write_transition); NONE(send_certificate_request); NONE(tls_construct_stoc_alpn);
NONE(tls_construct_stoc_cookie); NONE(tls_construct_stoc_cryptopro_bug); NONE(tls_construct_stoc_early_data);
NONE(tls_construct_stoc_ec_pt_formats); NONE(tls_construct_stoc_ems); NONE(tls_construct_stoc_etm);
NONE(tls_construct_stoc_key_share); NONE(tls_construct_stoc_maxfragmentlen); NONE(tls_construct_stoc_next_proto_neg);
NONE(tls_construct_stoc_psk); NONE(tls_construct_stoc_renegotiate); NONE(tls_construct_stoc_server_name);
NONE(tls_construct_stoc_session_ticket); NONE(tls_construct_stoc_status_request);
NONE(tls_construct_stoc_supported_groups); NONE(tls_construct_stoc_supported_versions);
NONE(tls_construct_stoc_use_srtp); NONE(tls_handle_alpn); NONE(tls_parse_ctos_alpn); NONE(tls_parse_ctos_cookie);
NONE(tls_parse_ctos_early_data); NONE(tls_parse_ctos_ec_pt_formats); NONE(tls_parse_ctos_ems);
NONE(tls_parse_ctos_etm); NONE(tls_parse_ctos_key_share); NONE(tls_parse_ctos_maxfragmentlen);
NONE(tls_parse_ctos_npn); NONE(tls_parse_ctos_post_handshake_auth); NONE(tls_parse_ctos_psk);
NONE(tls_parse_ctos_psk_kex_modes); NONE(tls_parse_ctos_renegotiate); NONE(tls_parse_ctos_server_name);
NONE(tls_parse_ctos_session_ticket);
NONE(tls_parse_ctos_srp); NONE(tls_parse_ctos_status_request); NONE(tls_parse_ctos_supported_groups);
NONE(tls_parse_ctos_use_srtp);

// TLS over datagrams.
NONE(DTLS_RECORD_LAYER_clear); ZEROS(DTLSv1_2_enc_data); ZEROS(DTLSv1_enc_data); NONE(SSL_get_srtp_profiles);
NONE(dtls1_buffer_record); NONE(dtls1_clear); NONE(dtls1_clear_received_buffer); NONE(dtls1_ctrl);
NONE(dtls1_default_timeout); NONE(dtls1_dispatch_alert); NONE(dtls1_do_write); NONE(dtls1_free);
NONE(dtls1_get_bitmap); NONE(dtls1_new); NONE(dtls1_process_buffered_records); NONE(dtls1_read_bytes);
NONE(dtls1_reset_seq_numbers); NONE(dtls1_retrieve_buffered_record); NONE(dtls1_shutdown); NONE(dtls1_start_timer);
NONE(dtls1_stop_timer); NONE(dtls1_write_app_data_bytes); NONE(dtls_construct_change_cipher_spec);
NONE(dtls_get_message); NONE(dtls_get_message_body);

// Passwords in place of certificates, compression, jobs.
NONE(ASYNC_WAIT_CTX_free); NONE(ASYNC_WAIT_CTX_get_all_fds); NONE(ASYNC_WAIT_CTX_get_changed_fds);
NONE(ASYNC_WAIT_CTX_get_status); NONE(ASYNC_WAIT_CTX_new); NONE(ASYNC_WAIT_CTX_set_callback);
NONE(ASYNC_get_current_job); NONE(ASYNC_start_job); NONE(COMP_CTX_free); NONE(COMP_CTX_get_method);
NONE(COMP_CTX_new); NONE(COMP_compress_block); NONE(COMP_expand_block); NONE(COMP_get_name); NONE(COMP_get_type);
NONE(COMP_zlib); NONE(async_deinit); ONE(async_init); NONE(ossl_comp_zlib_cleanup);
NONE(srp_generate_client_master_secret); NONE(srp_verify_server_param); ONE(ssl_ctx_srp_ctx_free_intern);
ONE(ssl_ctx_srp_ctx_init_intern); NONE(ssl_srp_calc_a_param_intern); ONE(ssl_srp_ctx_free_intern);
ONE(ssl_srp_ctx_init_intern);

// Algorithms that nobody meets: DSA, curves over binary fields, of 448 bits and SM2; making keys; passwords asked for.
NONE(DH_generate_parameters_ex); NONE(DSA_SIG_free); NONE(DSA_SIG_get0); NONE(DSA_bits); NONE(DSA_free);
NONE(DSA_generate_key); NONE(DSA_get0_g); NONE(DSA_get0_p); NONE(DSA_get0_pqg); NONE(DSA_get0_priv_key);
NONE(DSA_get0_pub_key); NONE(DSA_get0_q); NONE(DSA_new); NONE(DSA_security_bits); NONE(DSA_sign); NONE(DSA_size);
NONE(DSA_up_ref); NONE(DSA_verify); NONE(EC_GF2m_simple_method); NONE(EC_nistp224_pre_comp_dup);
NONE(EC_nistp224_pre_comp_free); NONE(EC_nistp256_pre_comp_dup);
NONE(EC_nistp256_pre_comp_free); NONE(EC_nistp521_pre_comp_dup); NONE(EC_nistp521_pre_comp_free);
NONE(EC_nistz256_pre_comp_dup); NONE(EC_nistz256_pre_comp_free); NONE(PKCS12_PBE_keyivgen);
NONE(PKCS12_PBE_keyivgen_ex); NONE(PKCS5_v2_scrypt_keyivgen); NONE(PKCS5_v2_scrypt_keyivgen_ex); NONE(PKCS8_encrypt);
NONE(RSA_generate_multi_prime_key); NONE(UI_UTIL_wrap_read_pem_callback); NONE(UI_add_input_string);
NONE(UI_add_user_data); NONE(UI_add_verify_string); NONE(UI_construct_prompt); NONE(UI_destroy_method); NONE(UI_free);
NONE(UI_get_result_length); NONE(UI_new); NONE(UI_process); NONE(UI_set_method); NONE(d2i_DSAPrivateKey);
NONE(d2i_DSAPublicKey); NONE(d2i_DSA_SIG); NONE(d2i_DSAparams); NONE(i2d_DSAPrivateKey); NONE(i2d_DSAPublicKey);
NONE(i2d_DSAparams); ZEROS(ossl_bn_inv_sqrt_2); NONE(ossl_dh_generate_ffc_parameters);
NONE(ossl_dh_get_named_group_uid_from_size); NONE(ossl_dsa_dup); NONE(ossl_dsa_ffc_params_fromdata);
NONE(ossl_dsa_get0_params); NONE(ossl_dsa_is_foreign); NONE(ossl_dsa_key_from_pkcs8); NONE(ossl_dsa_key_fromdata);
ZEROS(ossl_dsa_keymgmt_functions); NONE(ossl_dsa_new); NONE(ossl_dsa_set0_libctx);
NONE(ossl_ec_GF2m_simple_oct2point); NONE(ossl_ec_GF2m_simple_point2oct);
NONE(ossl_ec_GF2m_simple_set_compressed_coordinates); NONE(ossl_ed448_public_from_private); NONE(ossl_ed448_sign);
NONE(ossl_ed448_verify); NONE(ossl_rsa_sp800_56b_validate_strength); NONE(ossl_sm2_key_private_check);
NONE(ossl_x448); NONE(ossl_x448_public_from_private);

// PKCS #7, and extensions from configuration files.
NONE(ASN1_generate_v3); NONE(PKCS7_ISSUER_AND_SERIAL_it); NONE(PKCS7_it); NONE(d2i_PKCS7); NONE(i2d_PKCS7);
NONE(ossl_pkcs7_resolve_libctx);

// Of the server's extensions the two that it sends to a client, too, when it asks for a certificate (RFC 8446, 4.3.2): the
// signature algorithms that it takes, behind their length.
struct packet {
  const unsigned char *at;
  size_t left;
};
int tls1_save_sigalgs(void *ssl, struct packet *list, int for_certificates);
static int save_algorithms(void *ssl, struct packet *packet, int for_certificates) {
  if (packet->left < 4) return 0;
  struct packet list = {packet->at + 2, (size_t)packet->at[0] << 8 | packet->at[1]};
  if (list.left != packet->left - 2) return 0;
  *packet = (struct packet){packet->at + packet->left, 0};
  return tls1_save_sigalgs(ssl, &list, for_certificates);
}
int tls_parse_ctos_sig_algs(void *ssl, struct packet *packet, unsigned context, void *certificate, size_t index);
int tls_parse_ctos_sig_algs(void *ssl, struct packet *packet, unsigned context, void *certificate, size_t index) {
  (void)context, (void)certificate, (void)index;
  return save_algorithms(ssl, packet, 0);
}
int tls_parse_ctos_sig_algs_cert(void *ssl, struct packet *packet, unsigned context, void *certificate, size_t index);
int tls_parse_ctos_sig_algs_cert(void *ssl, struct packet *packet, unsigned context, void *certificate, size_t index) {
  (void)context, (void)certificate, (void)index;
  return save_algorithms(ssl, packet, 1);
}
