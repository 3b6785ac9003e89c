// Named apart, so that a bundle has of it only what is used.
import * as z from "zod";
import { LONGEST_SUBDOMAIN, SUBDOMAIN } from "./subdomain";

/**
 * An RFC 1123 label: namespaces, containers, most names.
 * Dots are refused, so that `..` can never climb out of a namespace in a request path.
 */
export const Label = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be a lower-case RFC 1123 label");

/**
 * An RFC 1123 subdomain: names of Istio objects, Pods, CustomResourceDefinitions.
 * Every dot-separated part is a label, so neither `.` nor `..` is one.
 */
export const Subdomain = z
  .string()
  .max(LONGEST_SUBDOMAIN)
  .regex(SUBDOMAIN, "must be a lower-case RFC 1123 subdomain");

/** A TCP port. */
export const Port = z.int().min(1).max(65_535);
