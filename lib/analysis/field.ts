export { Field } from "@/lib/yaml/field";
