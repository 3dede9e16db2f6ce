/** The sample keys that iyzico publishes. */
export const SAMPLE_KEYS = {
  apiKey: "sandbox-afXhZPW0MQlE4dCUUlHcEopnMBgXnAZI",
  secretKey: "sandbox-wbwpzKIiplZxI3hh5ALI4FJyAcZKL6kq",
} as const;

export const BUYER_DEFAULTS = {
  identityNumber: "11111111111",
  address: "Nidakule Göztepe, Merdivenköy Mah. Bora Sok. No:1",
  city: "İstanbul",
  country: "Turkey",
  ip: "85.34.78.112",
} as const;
