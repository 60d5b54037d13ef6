"""rasa_ext"""
